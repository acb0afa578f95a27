import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const SUITE = 'bookworm'
const CACHE = join(ROOT, '.montana', 'onboarding', `${SUITE}-${process.arch}.tar.gz`)
/** Where this host itself gets its packages, unless it says otherwise. */
const MIRROR = process.env.DEBIAN_MIRROR ?? 'http://deb.debian.org/debian'

/** Namespaces and a debootstrap need root; without it nothing here can be shown. */
export function canBootstrap(): boolean {
  return process.getuid?.() === 0 && spawnSync('which', ['debootstrap', 'unshare', 'nsenter']).status === 0
}

/** Unpacks a minimal Debian into the new folder `target`; bootstraps it where it was not done before. */
export function unpackDebian(target: string): void {
  if (!existsSync(CACHE)) bootstrap()
  mkdirSync(target)
  must('tar', ['-xzf', CACHE, '-C', target, '--numeric-owner'])
}

function bootstrap(): void {
  const folder = mkdtempSync(join(tmpdir(), 'montana-debootstrap-'))
  try {
    const root = join(folder, 'root')
    must('debootstrap', ['--variant=minbase', SUITE, root, MIRROR])
    rmSync(join(root, 'var/cache/apt/archives'), { recursive: true, force: true })
    mkdirSync(join(CACHE, '..'), { recursive: true })
    must('tar', ['-czf', `${CACHE}.part`, '-C', root, '--numeric-owner', '.'])
    renameSync(`${CACHE}.part`, CACHE)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function must(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr.trim().split('\n').at(-1)}`)
}
