import { randomBytes } from 'node:crypto'
import type { StandClock } from '../clock.js'
import { StandError } from '../errors.js'
import type { Accounts } from './accounts.js'
import type { Permissions } from './permissions.js'

/** Scopes of a classic token that the stand knows. */
export type Scope = 'repo' | 'public_repo' | 'workflow'

interface Common {
  /** What the request log calls it; the token itself is never written anywhere. */
  readonly label: string
  /** Undefined: it does not expire. */
  readonly expiresAtMs: number | undefined
}

export interface ClassicCredential extends Common {
  readonly kind: 'classic'
  readonly account: string
  readonly scopes: readonly Scope[]
}

export interface FineGrainedCredential extends Common {
  readonly kind: 'fine-grained'
  readonly account: string
  readonly permissions: Permissions
  /** Numeric ids, or all of the account's. */
  readonly repositories: readonly number[] | 'all'
}

/** Of an App's installation, or a workflow's `GITHUB_TOKEN`. */
export interface IntegrationCredential extends Common {
  readonly kind: 'installation' | 'workflow'
  readonly account: string
  readonly permissions: Permissions
  readonly repositories: readonly number[] | 'all'
}

export type Credential = ClassicCredential | FineGrainedCredential | IntegrationCredential

const PREFIXES: Readonly<Record<Credential['kind'], string>> = {
  classic: 'ghp_',
  'fine-grained': 'github_pat_',
  installation: 'ghs_',
  workflow: 'ghs_',
}
const TOKEN_BYTES = 27

/** All tokens of a stand. */
export class Tokens {
  readonly #clock: StandClock
  readonly #accounts: Accounts
  readonly #credentials = new Map<string, Credential>()

  constructor(clock: StandClock, accounts: Accounts) {
    this.#clock = clock
    this.#accounts = accounts
  }

  issue(credential: Credential): string {
    const token = PREFIXES[credential.kind] + randomBytes(TOKEN_BYTES).toString('hex').slice(0, 36)
    this.#credentials.set(token, credential)
    return token
  }

  /** Undefined when unknown, revoked or expired, or when its account is gone. */
  find(token: string): Credential | undefined {
    const credential = this.#credentials.get(token)
    if (credential === undefined || this.#accounts.get(credential.account).isGone) return undefined
    const isExpired = credential.expiresAtMs !== undefined && credential.expiresAtMs <= this.#clock.nowMs()
    return isExpired ? undefined : credential
  }

  revoke(token: string): void {
    if (!this.#credentials.delete(token)) throw new StandError('STAND_UNKNOWN', 'no such token')
  }
}
