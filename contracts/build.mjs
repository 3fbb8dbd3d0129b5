// Compiles src/*.sol into abi/*.json; `--check` compares instead of writing.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const CHECK = process.argv.includes("--check");

// No hash of the sources' metadata is appended, so the bytes depend on the code alone.
const SETTINGS = {
  evmVersion: "cancun",
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  optimizer: { enabled: true, runs: 200 },
};

function compile(names) {
  const solc = createRequire(import.meta.url)("solc");
  const sources = Object.fromEntries(
    names.map((name) => [name, { content: readFileSync(join(HERE, "src", name), "utf8") }]),
  );
  const wanted = { "*": { "*": ["abi", "evm.bytecode.object"] } };
  const input = {
    language: "Solidity",
    sources,
    settings: { ...SETTINGS, outputSelection: wanted },
  };
  const readImport = (path) => ({
    contents: readFileSync(join(HERE, "node_modules", path), "utf8"),
  });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  const problems = output.errors ?? [];
  for (const problem of problems) console.error(problem.formattedMessage);
  if (problems.length > 0) process.exit(1);
  return { compiler: solc.version(), contracts: output.contracts };
}

function artefact(contractName, compiler, { abi, evm }) {
  const content = {
    contractName,
    compiler,
    settings: SETTINGS,
    abi,
    bytecode: `0x${evm.bytecode.object}`,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const names = readdirSync(join(HERE, "src")).filter((name) => name.endsWith(".sol")).sort();
const { compiler, contracts } = compile(names);
let stale = 0;
for (const name of names) {
  const contract = name.replace(/\.sol$/, "");
  const path = join(HERE, "abi", `${contract}.json`);
  const text = artefact(contract, compiler, contracts[name][contract]);
  if (!CHECK) {
    writeFileSync(path, text);
    console.log(`wrote abi/${contract}.json`);
  } else if (readFileSync(path, "utf8") === text) {
    console.log(`abi/${contract}.json is what the sources compile to`);
  } else {
    console.error(`abi/${contract}.json differs from its source: run npm run build`);
    stale += 1;
  }
}
process.exit(stale === 0 ? 0 : 1);
