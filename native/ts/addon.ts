import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorMessage } from '@montana/foundation'
import { assertWhole } from './addon-file.js'
import type { AddonEngine } from './native-engine.js'

/** What the addon may export; an older one, or one of another platform, has less. */
export interface Addon {
  readonly Engine?: new (portable: boolean) => AddonEngine
  readonly NotifySocket?: new (address: string) => { send(message: string): void }
}

/** Calls `use` with the first addon in `directory` that loads and satisfies it; throws an Error that names every failure. */
export function withAddon<T>(directory: string, use: (addon: Addon) => T): T {
  const load = createRequire(import.meta.url)
  const failures: string[] = []
  for (const file of addonNames()) {
    try {
      const path = join(directory, file)
      assertWhole(path)
      return use(load(path) as Addon)
    } catch (error) {
      failures.push(`${file}: ${firstLine(errorMessage(error))}`)
    }
  }
  throw new Error(failures.join('; '))
}

/** As napi names them; on Linux whichever C library this process has. */
function addonNames(): string[] {
  const { platform, arch } = process
  const variants = platform === 'linux' ? ['-gnu', '-musl'] : platform === 'win32' ? ['-msvc'] : ['']
  return variants.map((variant) => `montana-native.${platform}-${arch}${variant}.node`)
}

export function packageRoot(): string {
  return fileURLToPath(new URL('..', import.meta.url))
}

export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
