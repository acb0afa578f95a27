import { resolve } from 'node:path'
import type { Mirror, MirrorConfig } from '@montana/mirror'
import type { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { operator } from '../mirror/asked.js'
import { type MirrorPlace, openPlace, readPlace } from '../mirror/open.js'
import { installWhereWhole } from '../mirror/sentinel-install.js'

export interface MirrorSourceFlags {
  mirrorSource?: string
  mirrorEnv?: string
  mirrorDataDir?: string
}

/** Disposed of once its routes are closed. */
export interface ServedMirrors extends AsyncDisposable {
  /** For `startConsole`. */
  readonly routes: ReturnType<typeof import('@montana/mirror').createMirrorRoutes>
}

export interface MirrorAccess {
  readonly token: string | undefined
  /** Under which the page is asked, besides loopback. */
  readonly host: string | undefined
}

export function addMirrorSourceFlags(command: Command): Command {
  return command
    .option(
      '--mirror-source <dir>',
      'repository whose mirrors the page shows; works off their queue while nobody else does',
    )
    .option('--mirror-env <file>', 'its file with MIRROR_* keys (default: .env of the source)')
    .option('--mirror-data-dir <dir>', 'where its queue is kept (default: in the git folder of the source)')
}

/** Opens the mirror of a repository for the page. Undefined where none is named. Throws ConfigError (78), MirrorError. */
export async function openMirrors(
  context: CliContext,
  flags: MirrorSourceFlags,
  access: MirrorAccess,
): Promise<ServedMirrors | undefined> {
  if (flags.mirrorSource === undefined) return undefined
  const place = await readMirrorPlace(context, flags, flags.mirrorSource)
  const mirror = await openPlace(context, place, { actor: operator(), isPrimaryOptional: true })
  return await serve(context, place, mirror, access)
}

async function readMirrorPlace(context: CliContext, flags: MirrorSourceFlags, source: string): Promise<MirrorPlace> {
  const { mirrorEnv, mirrorDataDir } = flags
  return await readPlace(context, {
    source: resolve(source),
    ...(mirrorEnv !== undefined && { env: resolve(mirrorEnv) }),
    ...(mirrorDataDir !== undefined && { dataDir: resolve(mirrorDataDir) }),
  })
}

async function serve(
  context: CliContext,
  place: MirrorPlace,
  mirror: Mirror,
  { token, host }: MirrorAccess,
): Promise<ServedMirrors> {
  const { createMirrorRoutes, manageMirror } = await import('@montana/mirror')
  const { environment } = context
  const { envFile, dataFolder } = place
  const install = async (config: MirrorConfig) => await installWhereWhole(context, { ...place, config })
  const where = { envFile, environment, dataFolder, apiUrl: environment.GITHUB_API_URL }
  const { service, stop } = manageMirror(mirror, { ...where, install })
  return {
    routes: createMirrorRoutes(service, { token, ...(host !== undefined && { hosts: [host] }) }),
    [Symbol.asyncDispose]: async () => {
      await stop()
      mirror.close()
    },
  }
}
