// What both clients share: where the gateway is, who asks, and which document is meant.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print, type DocumentNode } from "graphql";

const GATEWAY = import.meta.env.VITE_TUTTI_URL ?? "http://127.0.0.1:8000";

export const url = `${GATEWAY}/graphql`;
export const socketUrl = url.replace(/^http/, "ws");

// Under this name the manifest is published, and uses are counted.
export const client = { name: "example-web", version: "1" };

// A build sends the ids of published operations; while you develop, texts are sent.
export const sendsIds = import.meta.env.PROD;

export const headers: Record<string, string> = {
  "graphql-client-name": client.name,
  "graphql-client-version": client.version,
  // Forms are refused without it: it makes a browser ask first for pages of other origins.
  "graphql-require-preflight": "1",
};

// The hash that codegen has put into the document.
export function hashOf(document: DocumentNode): string {
  const { __meta__: meta } = document as DocumentNode & { __meta__?: { hash: string } };
  if (meta === undefined) throw new Error("only documents of src/gql are sent");
  return meta.hash.replace("sha256:", "");
}

// One request without any client library: a document and its variables, typed data back.
export async function ask<Data, Variables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  token?: string,
): Promise<Data> {
  const meant = sendsIds
    ? { documentId: `sha256:${hashOf(document)}` }
    : { query: print(document) };
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      ...headers,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      "content-type": "application/json",
    },
    body: JSON.stringify({ ...meant, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors !== undefined) throw new Error(errors[0].message);
  return data;
}
