import type { Octokit } from '@octokit/core'
import type { z } from 'zod'
import type { RepositoryName } from '../../contracts/config.js'
import { MirrorError } from '../../contracts/errors.js'
import { decodeAnswer } from './answers.js'
import type { Clock } from './clock.js'
import { type Asked, failureOf } from './failures.js'
import type { Headers } from './limits.js'
import { type Moved, movedError, movedTo } from './moved.js'
import { raceAbort } from './race-abort.js'
import type { TokenSource } from './token-source.js'
import type { WriteLane } from './write-lane.js'

/** A fresh token of an App is not known everywhere at once. */
const FRESH_TOKEN_WAIT_MS = 1_000
const API_VERSION = '2022-11-28'

export interface Call<T> {
  /** `PUT /repos/{owner}/{repo}/actions/secrets/{name}`; owner and repo are filled in. */
  readonly route: string
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly schema: z.ZodType<T>
  /** True where a second execution would have a second effect. */
  readonly once?: boolean
}

export interface Answer<T> {
  readonly status: number
  readonly headers: Headers
  readonly data: T
}

/** Calls of one repository. Throws MirrorError without headers, bodies and credentials, AbortError when told to stop. */
export interface GithubClient {
  readonly repository: RepositoryName
  call<T>(call: Call<T>, signal: AbortSignal): Promise<Answer<T>>
}

export interface ClientModules {
  readonly octokit: Octokit
  readonly tokens: TokenSource
  readonly clock: Clock
  readonly writes: WriteLane
  readonly repository: RepositoryName
  readonly keyPrefix: string
  /** Sees the headers of every answer. */
  readonly onAnswer?: (headers: Headers) => void
}

interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly data: unknown
}

export function createClient(modules: ClientModules): GithubClient {
  const { octokit, tokens, clock, writes, repository, keyPrefix } = modules

  async function send(call: Call<unknown>, signal: AbortSignal): Promise<RawAnswer> {
    const token = await tokens.token(signal)
    const headers = {
      'x-github-api-version': API_VERSION,
      ...(token === null ? {} : { authorization: `token ${token}` }),
    }
    const request = { signal, ...(call.once ? { retries: 0 } : {}) }
    // What a route does not name would travel as a query.
    const place = call.route.includes('{owner}') ? { owner: repository.owner, repo: repository.name } : {}
    return await octokit.request(call.route, { ...place, ...call.parameters, headers, request })
  }

  async function attempt(call: Call<unknown>, asked: Asked, signal: AbortSignal): Promise<RawAnswer> {
    try {
      return await raceAbort(send(call, signal), signal)
    } catch (error) {
      throw failureOf(error, asked, clock.wallMs())
    }
  }

  async function attemptWithFreshToken(call: Call<unknown>, asked: Asked, signal: AbortSignal): Promise<RawAnswer> {
    try {
      return await attempt(call, asked, signal)
    } catch (error) {
      if (!(error instanceof MirrorError) || error.code !== 'TARGET_AUTH' || !tokens.refuse()) throw error
      await clock.sleep(FRESH_TOKEN_WAIT_MS, signal)
      return await attempt(call, asked, signal)
    }
  }

  async function refuseMove(moved: Moved, asked: Asked, signal: AbortSignal): Promise<never> {
    const route = 'GET /repositories/{id}'
    const { data } = await attempt({ route, parameters: { id: moved.id }, schema: moved.schema }, asked, signal)
    throw movedError(decodeAnswer(moved.schema, data, route), asked)
  }

  return {
    repository,
    async call(call, signal) {
      const asked = { what: describe(call, repository), keyPrefix }
      const work = () => attemptWithFreshToken(call, asked, signal)
      const { status, headers, data } = await (call.route.startsWith('GET ') ? work() : writes(work, signal))
      modules.onAnswer?.(headers)
      if (status >= 300) await refuseMove(movedTo(headers, asked), asked, signal)
      return { status, headers, data: decodeAnswer(call.schema, data, asked.what) }
    },
  }
}

/** `PUT actions/secrets/NAME of owner/name`: names are no secrets. */
function describe({ route, parameters }: Call<unknown>, { owner, name }: RepositoryName): string {
  const filled = route.replaceAll(/\{(\w+)\}/g, (whole, key: string) => String(parameters?.[key] ?? whole))
  return `${filled.replace('/repos/{owner}/{repo}', '').replace(' /', ' ').trim()} of ${owner}/${name}`
}
