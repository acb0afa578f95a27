import { ConfigError } from '@montana/foundation'
import type { GitTarget } from '../../contracts/config.js'
import type { GitAccess, PermissionCheck, Provider, TargetIdentity } from '../../contracts/provider.js'
import type { ProxyVariables } from '../../push/access/proxy.js'
import { createGitAccess } from '../../push/access.js'
import type { TargetCall } from '../../push/git.js'
import { listTarget } from '../../push/target.js'
import { gitChecks } from './checks.js'
import { openScratch, type Scratch } from './scratch.js'

/** One question at a target. */
const TIMEOUT_MS = 60_000

/** A plain git remote: code only, never promotable. Spec repository-mirror 3.2, 6.1. */
export class GitProvider implements Provider {
  readonly type = 'git'
  readonly #target: GitTarget
  readonly #proxies: ProxyVariables

  constructor(target: GitTarget, proxies: ProxyVariables = process.env) {
    this.#target = target
    this.#proxies = proxies
  }

  async describe(signal: AbortSignal): Promise<TargetIdentity> {
    await using scratch = await openScratch(signal)
    const { head } = await listTarget(await this.#callIn(scratch, signal), [], ['HEAD'])
    const { url } = this.#target
    const defaultBranch = head?.replace(/^refs\/heads\//, '') ?? null
    return { id: `git:${url}`, canonicalName: url, defaultBranch, archived: false }
  }

  async *test(signal: AbortSignal): AsyncGenerator<PermissionCheck> {
    await using scratch = await openScratch(signal)
    yield* gitChecks(await this.#callIn(scratch, signal))
  }

  async gitAccess(_signal: AbortSignal): Promise<GitAccess> {
    const { url, username, credential, caFile } = this.#target
    if (credential.kind !== 'app')
      return await createGitAccess({ url, username, credential, caFile, proxies: this.#proxies })
    throw new ConfigError('a git target takes no GitHub App', {
      field: 'APP_ID',
      remedy: 'Set TOKEN_FILE or SSH_KEY_PATH.',
    })
  }

  async #callIn({ folder }: Scratch, signal: AbortSignal): Promise<TargetCall> {
    return { folder, signal, access: await this.gitAccess(signal), timeoutMs: TIMEOUT_MS }
  }
}
