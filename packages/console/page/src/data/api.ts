/** What the server says of a request that it refuses. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly field?: string
}

export type Reply<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly refusal: Refusal }

const TOKEN_KEY = 'montana-console-token'
const OFFLINE: Refusal = { code: 'OFFLINE', message: 'the console does not answer', remedy: 'look whether it runs' }

/** Of this tab, until it is closed. */
export function readToken(): string | null {
  return sessionStorage.getItem(TOKEN_KEY)
}

export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(TOKEN_KEY)
  else sessionStorage.setItem(TOKEN_KEY, token)
  dispatchEvent(new Event(TOKEN_KEY))
}

/** Calls `notify` when the token comes or goes. Returns how to stop. */
export function onToken(notify: () => void): () => void {
  addEventListener(TOKEN_KEY, notify)
  return () => removeEventListener(TOKEN_KEY, notify)
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<Reply<T>> {
  return await ask<T>(path, { ...(signal && { signal }) })
}

/** With the token of this tab; a wrong one is forgotten. */
export async function postJson<T>(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<T>> {
  const token = readToken()
  const reply = await ask<T>(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(body),
  })
  if (!reply.ok && reply.refusal.code === 'TOKEN') keepToken(null)
  return reply
}

async function ask<T>(path: string, init: RequestInit): Promise<Reply<T>> {
  const response = await fetch(path, init).catch(() => undefined)
  const body: unknown = await response?.json().catch(() => undefined)
  if (response?.ok) return { ok: true, data: body as T }
  const { error } = (body ?? {}) as { error?: Refusal }
  return { ok: false, refusal: error ?? OFFLINE }
}
