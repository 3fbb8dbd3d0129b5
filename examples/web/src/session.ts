// Who is signed in: tokens, renewed before they end, and a fetch that sends them.
import { useSyncExternalStore } from "react";
import { LoginDocument, LogoutDocument, MeDocument, RefreshSessionDocument } from "./gql/graphql";
import type { MeQuery } from "./gql/graphql";
import { ask, headers } from "./wire";

type Tokens = { access: string; refresh: string };
export type Viewer = NonNullable<MeQuery["me"]>;

const KEPT_AS = "tutti-session";
const RENEWED_BEFORE_MS = 30_000;

let tokens: Tokens | null = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "null");
let viewer: Viewer | null = null;
let renewal: Promise<void> | null = null;
const listeners = new Set<() => void>();

export function useViewer(): Viewer | null {
  return useSyncExternalStore(onViewerChange, () => viewer);
}

export function onViewerChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export async function signIn(email: string, password: string): Promise<void> {
  const { login } = await ask(LoginDocument, { email, password });
  if (!login?.accessToken || !login.refreshToken) {
    throw new Error(login?.problems[0]?.message ?? "Nobody was signed in.");
  }
  keep({ access: login.accessToken, refresh: login.refreshToken });
  await readViewer();
}

export async function signOut(): Promise<void> {
  const token = await currentToken();
  forget();
  if (token !== undefined) await ask(LogoutDocument, {}, token);
}

// After a reload of the page: the session goes on where it still can.
export async function readViewer(): Promise<void> {
  try {
    const token = await currentToken();
    if (token !== undefined) become((await ask(MeDocument, {}, token)).me);
  } catch {
    forget();
  }
}

// An access token that is good for a while; requests at the same time share one renewal.
export async function currentToken(): Promise<string | undefined> {
  if (tokens !== null && endOf(tokens.access) - Date.now() < RENEWED_BEFORE_MS) {
    renewal ??= renew(tokens.refresh).finally(() => (renewal = null));
    await renewal;
  }
  return tokens?.access;
}

// For both clients: adds who asks to every request.
export const authorizedFetch: typeof fetch = async (input, init) => {
  const token = await currentToken();
  const sent = new Headers(init?.headers);
  Object.entries(headers).forEach(([name, value]) => sent.set(name, value));
  if (token !== undefined) sent.set("authorization", `Bearer ${token}`);
  return fetch(input, { ...init, headers: sent });
};

async function renew(refreshToken: string): Promise<void> {
  const { refreshSession: found } = await ask(RefreshSessionDocument, { refreshToken });
  if (found?.accessToken && found.refreshToken) {
    keep({ access: found.accessToken, refresh: found.refreshToken });
  } else {
    forget();
  }
}

function endOf(token: string): number {
  const [, payload = ""] = token.split(".");
  const claims = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/")));
  return claims.exp * 1000;
}

function keep(found: Tokens): void {
  tokens = found;
  sessionStorage.setItem(KEPT_AS, JSON.stringify(found));
}

function forget(): void {
  tokens = null;
  sessionStorage.removeItem(KEPT_AS);
  become(null);
}

function become(found: Viewer | null): void {
  viewer = found;
  listeners.forEach((listener) => listener());
}
