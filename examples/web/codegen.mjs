// Writes src/gql: a typed document for each operation, and the manifest that is published.
// The schema is the one that is checked in, or a gateway's: VITE_TUTTI_URL=http://127.0.0.1:8000
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addTypenameSelectionDocumentTransform, preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { buildSchema, parse } from "graphql";

const OPERATIONS = "src/operations";
const OUTPUT = "src/gql/";
const WRITTEN = ["graphql.ts", "persisted-documents.json"];

async function readSchema() {
  const url = process.env.VITE_TUTTI_URL;
  if (url === undefined) return readFile("../../schema/sdl/api.graphql", "utf8");
  const answer = await fetch(`${url}/schema.graphql`);
  if (!answer.ok) throw new Error(`${url} does not show its schema: ${answer.status}`);
  return answer.text();
}

async function readOperations() {
  const names = (await readdir(OPERATIONS)).filter((name) => name.endsWith(".graphql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const location = join(OPERATIONS, name);
      const rawSDL = await readFile(location, "utf8");
      return { location, rawSDL, document: parse(rawSDL) };
    }),
  );
}

const text = await readSchema();
const sections = await preset.buildGeneratesSection({
  baseOutputDir: OUTPUT,
  schema: parse(text),
  schemaAst: buildSchema(text),
  documents: await readOperations(),
  config: {
    strictScalars: true,
    useTypeImports: true,
    scalars: {
      Address: "string",
      BigInt: "string",
      ByteCount: "number",
      DateTime: "string",
      ID: "string",
      Upload: "File",
      Wei: "string",
    },
  },
  presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: "sha256" } },
  documentTransforms: [
    { name: "typenames", transformObject: addTypenameSelectionDocumentTransform, config: {} },
  ],
  plugins: [],
  pluginMap: {},
});

await mkdir(OUTPUT, { recursive: true });
for (const section of sections) {
  if (WRITTEN.includes(section.filename.slice(OUTPUT.length))) {
    await writeFile(section.filename, await codegen(section));
  }
}
