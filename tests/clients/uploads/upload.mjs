// Sends a file by tus-js-client, as a browser would: node upload.mjs <file> <address>
import { readFileSync } from "node:fs";
import * as tus from "tus-js-client";

const [file, endpoint] = process.argv.slice(2);
const data = readFileSync(file);
const statuses = [];

const url = await new Promise((resolve, reject) => {
  const upload = new tus.Upload(data, {
    endpoint,
    retryDelays: [100, 500, 1000, 2000, 3000, 4000, 4000],
    metadata: { filename: "reel.flac", filetype: "audio/flac" },
    onAfterResponse: (_request, response) => statuses.push(response.getStatus()),
    onError: reject,
    onSuccess: () => resolve(upload.url),
  });
  upload.start();
});
console.log(JSON.stringify({ url, statuses }));
