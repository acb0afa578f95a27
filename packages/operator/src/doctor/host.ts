import { readFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { within } from '../host/layout.js'
import { runProgram } from '../host/run.js'
import { type Check, green, red, yellow } from './check.js'

const MIB = 2 ** 20
const MIN_MEMORY_BYTES = 900 * MIB
const MIN_SYSTEMD = 252
const MIN_DEBIAN = 12
const MIN_FILES = 65_536
const ARCHITECTURES = ['x64', 'arm64']

/** What the machine and its system are; null where it was not found out. */
export interface HostFacts {
  readonly platform: string
  readonly arch: string
  readonly osId: string | null
  readonly osVersion: string | null
  readonly systemd: number | null
  /** Whether units are started by systemd; where they are not, it need not be there. */
  readonly needsSystemd: boolean
  readonly cores: number
  readonly memoryBytes: number
  readonly swapUsedBytes: number | null
  /** How many files one process may hold open, at most. */
  readonly files: number | null
  readonly hasPressure: boolean
}

export async function gatherHost(root: string, needsSystemd: boolean, signal: AbortSignal): Promise<HostFacts> {
  const [release, memory, limits, pressure, files] = await Promise.all([
    read(within(root, '/etc/os-release')),
    read('/proc/meminfo'),
    read('/proc/self/limits'),
    read('/proc/pressure/cpu'),
    read('/proc/sys/fs/nr_open'),
  ])
  const kib = (name: string) => numberIn(memory, new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm'))
  const [total, free] = [kib('SwapTotal'), kib('SwapFree')]
  return {
    platform: process.platform,
    arch: process.arch,
    osId: textIn(release, /^ID="?([\w-]+)"?$/m),
    osVersion: textIn(release, /^VERSION_ID="?([\w.]+)"?$/m),
    systemd: await systemdVersion(signal),
    needsSystemd,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    swapUsedBytes: total === null || free === null ? null : (total - free) * 1024,
    files: isRoot() ? numberIn(files, /^(\d+)/) : numberIn(limits, /^Max open files\s+\S+\s+(\d+)/m),
    hasPressure: pressure !== null,
  }
}

const isRoot = () => process.getuid?.() === 0

async function systemdVersion(signal: AbortSignal): Promise<number | null> {
  const output = await runProgram('systemctl', ['--version'], signal).catch(() => undefined)
  return numberIn(output?.text ?? null, /^systemd (\d+)/)
}

async function read(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null)
}

function textIn(text: string | null, pattern: RegExp): string | null {
  return pattern.exec(text ?? '')?.[1] ?? null
}

function numberIn(text: string | null, pattern: RegExp): number | null {
  const found = textIn(text, pattern)
  return found === null ? null : Number(found)
}

export function judgeHost(facts: HostFacts): Check[] {
  return [
    judgeSystem(facts),
    judgeSystemd(facts),
    judgeCores(facts),
    judgeMemory(facts),
    judgeSwap(facts),
    judgeFiles(facts),
    judgePressure(facts),
  ]
}

function judgeSystem({ platform, arch, osId, osVersion }: HostFacts): Check {
  const value = `${platform} ${arch}, ${osId ?? 'unknown'} ${osVersion ?? ''}`.trimEnd()
  if (platform !== 'linux' || !ARCHITECTURES.includes(arch)) return red('system', value, 'use Linux on x86-64 or arm64')
  if (osId === 'debian' && Number(osVersion) >= MIN_DEBIAN) return green('system', value)
  return yellow('system', value, 'Debian 12 and 13 are what this is tested on')
}

function judgeSystemd({ systemd, needsSystemd }: HostFacts): Check {
  const value = systemd === null ? 'none' : `version ${systemd}`
  if (systemd !== null && systemd >= MIN_SYSTEMD) return green('systemd', value)
  if (!needsSystemd) return yellow('systemd', value, 'nothing starts the node again after a crash or at boot')
  return red('systemd', value, `install systemd ${MIN_SYSTEMD} or newer, or use the container file`)
}

function judgeCores({ cores }: HostFacts): Check {
  return cores >= 1 ? green('cores', String(cores)) : red('cores', String(cores), 'give this host a core')
}

function judgeMemory({ memoryBytes }: HostFacts): Check {
  const value = `${Math.floor(memoryBytes / MIB)} MiB`
  if (memoryBytes >= MIN_MEMORY_BYTES) return green('memory', value)
  return red('memory', value, `a node needs ${MIN_MEMORY_BYTES / MIB} MiB`)
}

function judgeSwap({ swapUsedBytes }: HostFacts): Check {
  if (swapUsedBytes === null) return yellow('swap', 'unknown', 'look at /proc/meminfo')
  if (swapUsedBytes === 0) return green('swap', 'not in use')
  return yellow('swap', `${Math.ceil(swapUsedBytes / MIB)} MiB in use`, 'give the host more memory, or less to do')
}

function judgeFiles({ files }: HostFacts): Check {
  if (files === null) return yellow('file limit', 'unknown', 'look at ulimit -Hn')
  if (files >= MIN_FILES) return green('file limit', String(files))
  return red('file limit', String(files), `raise fs.nr_open and the hard limit to ${MIN_FILES}`)
}

function judgePressure({ hasPressure }: HostFacts): Check {
  if (hasPressure) return green('pressure', 'measured by the kernel')
  return yellow('pressure', 'not measured', 'boot with psi=1, or the watchdog cannot tell load from faults')
}
