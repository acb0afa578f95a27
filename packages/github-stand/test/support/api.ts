import type { GithubStand } from '../../src/index.js'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** JSON where there is some; never undefined, so that tests can look into it. */
  readonly body: Record<string, unknown>
}

export interface CallOptions {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly base?: string
}

/** One plain request, `GET /repos/o/r`; redirects are shown and not followed. */
export async function api(stand: GithubStand, line: string, options: CallOptions = {}): Promise<Answer> {
  const [method = 'GET', path = ''] = line.split(' ')
  const { token, body, headers, base = stand.url } = options
  const response = await fetch(base + path, {
    method,
    redirect: 'manual',
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('application/json') ?? false
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : { text } }
}
