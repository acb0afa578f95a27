import { createPublicKey, type KeyObject } from 'node:crypto'
import { StandError } from '../errors.js'
import type { Permissions } from './permissions.js'

export interface AppOptions {
  readonly slug: string
  /** PEM of the RSA public key with which its assertions are checked. */
  readonly publicKey: string
  readonly permissions: Permissions
}

export interface App {
  readonly id: number
  readonly slug: string
  readonly key: KeyObject
  readonly permissions: Permissions
}

export interface InstallationOptions {
  readonly appId: number
  /** Login of the account that installed it. */
  readonly account: string
  /** Numeric ids, or all of the account's. */
  readonly repositories: readonly number[] | 'all'
}

export interface Installation extends InstallationOptions {
  readonly id: number
  readonly createdAtMs: number
}

/** GitHub Apps and where they are installed. */
export class Apps {
  readonly #apps = new Map<number, App>()
  readonly #installations = new Map<number, Installation>()
  #nextAppId = 90_001
  #nextInstallationId = 60_000_001

  register({ slug, publicKey, permissions }: AppOptions): App {
    const app = { id: this.#nextAppId++, slug, key: createPublicKey(publicKey), permissions }
    this.#apps.set(app.id, app)
    return app
  }

  install(options: InstallationOptions, nowMs: number): Installation {
    if (!this.#apps.has(options.appId)) throw new StandError('STAND_UNKNOWN', `there is no App ${options.appId}`)
    const installation = { ...options, id: this.#nextInstallationId++, createdAtMs: nowMs }
    this.#installations.set(installation.id, installation)
    return installation
  }

  app(id: number): App | undefined {
    return this.#apps.get(id)
  }

  installation(id: number): Installation | undefined {
    return this.#installations.get(id)
  }

  installations(appId: number): Installation[] {
    return [...this.#installations.values()].filter((installation) => installation.appId === appId)
  }
}
