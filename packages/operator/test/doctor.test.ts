import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Check } from '../src/doctor/check.js'
import { judgeClock } from '../src/doctor/clock.js'
import { judgeDisk } from '../src/doctor/disk.js'
import { judgeManifest } from '../src/doctor/documents.js'
import { judgeFolders } from '../src/doctor/folders.js'
import { judgeForeign } from '../src/doctor/foreign.js'
import { gatherHost, type HostFacts, judgeHost } from '../src/doctor/host.js'
import { gatherPort, judgePort } from '../src/doctor/ports.js'
import { judgeTime, parseChrony } from '../src/doctor/time.js'

const GIB = 2 ** 30
const HOST: HostFacts = {
  ...{ platform: 'linux', arch: 'x64', osId: 'debian', osVersion: '12', systemd: 252, needsSystemd: true },
  ...{ cores: 1, memoryBytes: GIB, swapUsedBytes: 0, files: 1_048_576, hasPressure: true },
}
const colours = (checks: readonly Check[]) => Object.fromEntries(checks.map(({ id, colour }) => [id, colour]))

/** Colours of the host's checks that differ from those of a good host. */
function changed(facts: Partial<HostFacts>): Record<string, string> {
  const entries = Object.entries(colours(judgeHost({ ...HOST, ...facts })))
  return Object.fromEntries(entries.filter(([, colour]) => colour !== 'green'))
}

describe('the doctor', () => {
  it('finds nothing wrong with one core, one gigabyte and Debian 12', () => {
    expect(changed({})).toEqual({})
  })

  it.each<[Partial<HostFacts>, Record<string, string>]>([
    [{ platform: 'darwin' }, { system: 'red' }],
    [{ arch: 'ia32' }, { system: 'red' }],
    [{ osId: 'alpine', osVersion: '3.20' }, { system: 'yellow' }],
    [{ osVersion: '11' }, { system: 'yellow' }],
    [{ systemd: 247 }, { systemd: 'red' }],
    [{ systemd: null }, { systemd: 'red' }],
    [{ systemd: null, needsSystemd: false }, { systemd: 'yellow' }],
    [{ memoryBytes: 0.8 * GIB }, { memory: 'red' }],
    [{ swapUsedBytes: 1 }, { swap: 'yellow' }],
    [{ files: 1024 }, { 'file limit': 'red' }],
    [{ hasPressure: false }, { pressure: 'yellow' }],
  ])('%o → %o', (facts, expected) => {
    expect(changed(facts)).toEqual(expected)
  })

  it('wants five gibibytes and a tenth of the disk, and names for files', () => {
    const disk = (free: number, total: number, inodes: number) =>
      colours(judgeDisk({ freeBytes: free * GIB, totalBytes: total * GIB, freeInodes: inodes, totalInodes: 100 }))
    expect(disk(5, 50, 10)).toEqual({ disk: 'green', inodes: 'green' })
    expect(disk(4.9, 20, 50)).toEqual({ disk: 'red', inodes: 'green' })
    expect(disk(9, 100, 9)).toEqual({ disk: 'red', inodes: 'red' })
    const [, btrfs] = judgeDisk({ freeBytes: 9 * GIB, totalBytes: 9 * GIB, freeInodes: 0, totalInodes: 0 })
    expect(btrfs?.colour).toBe('green')
  })

  it('reads what chrony says, and wants less than half a second', () => {
    const text = 'System time     : 0.600000 seconds slow of NTP time\nLeap status     : Normal'
    expect(parseChrony(text)).toEqual({ source: 'chrony', isSynchronised: true, offsetMs: 600 })
    expect(judgeTime(parseChrony(text)).colour).toBe('red')
    expect(judgeTime(parseChrony(text.replace('0.6', '0.0'))).colour).toBe('green')
    expect(judgeTime(parseChrony(text.replace('Normal', 'Not synchronised'))).colour).toBe('red')
    expect(judgeTime({ source: null, isSynchronised: null, offsetMs: null }).colour).toBe('yellow')
  })

  it('tries to listen: a port that somebody has is red, unless it is our own node', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    expect(judgePort(await gatherPort('p2p', '127.0.0.1', port, false))).toMatchObject({
      colour: 'red',
      id: 'p2p port',
    })
    expect(judgePort(await gatherPort('p2p', '127.0.0.1', port, true)).colour).toBe('green')
    expect(judgePort(await gatherPort('p2p', '127.0.0.1', 0, false)).colour).toBe('green')
    expect(judgePort(await gatherPort('p2p', '192.0.2.1', 8444, false)).value).toContain('EADDRNOTAVAIL')
  })

  it('names who a folder must belong to, and the first file that does not', () => {
    const folder = { path: '/var/lib/montana', mode: 0o750, owner: 'montana' } as const
    const judge = (facts: Partial<Parameters<typeof judgeFolders>[0][number]>) =>
      judgeFolders([{ folder, state: 'usable', fault: null, foreign: null, ...facts }])[0]
    expect(judge({})?.colour).toBe('green')
    expect(judge({ foreign: '/var/lib/montana/store.db' })).toMatchObject({
      colour: 'red',
      remedy: expect.stringContaining('chown -R montana'),
    })
    expect(judge({ state: 'unusable' })).toMatchObject({ colour: 'red', remedy: expect.stringContaining('chmod a+x') })
    expect(judge({ state: 'unknown' })?.colour).toBe('yellow')
    expect(judge({ state: 'missing' })).toEqual({ id: 'folders', colour: 'green', value: 'none yet' })
  })

  it('calls a slow clock slow, and one without an addon too', () => {
    const clock = { backend: 'native-shani', notice: null, stepsPerSecond: 1e7, d: 1e6 }
    expect(colours(judgeClock(clock))).toEqual({
      'native addon': 'green',
      'SHA instructions': 'green',
      'clock speed': 'green',
    })
    const slow = judgeClock({ backend: 'typescript', notice: 'no addon', stepsPerSecond: 1e5, d: 1e9 })
    expect(colours(slow)).toEqual({ 'native addon': 'yellow', 'SHA instructions': 'yellow', 'clock speed': 'yellow' })
  })

  it('warns in the last quarter of a manifest', () => {
    const document = { version: 3, issued_at: '2026-01-01T00:00:00.000Z', not_after: '2026-01-05T00:00:00.000Z' }
    const at = (time: string) =>
      judgeManifest({ document } as unknown as Parameters<typeof judgeManifest>[0], Date.parse(time)).colour
    expect([at('2026-01-03T23:00:00Z'), at('2026-01-04T01:00:00Z')]).toEqual(['green', 'yellow'])
  })

  it('refuses what another product left, unless it is to be taken over', () => {
    const found = { hasForeignUnit: true, strayData: ['chain.bin'], isAdopting: false }
    expect(judgeForeign(found)).toMatchObject({ colour: 'red', value: expect.stringContaining('chain.bin') })
    expect(judgeForeign({ ...found, isAdopting: true }).colour).toBe('yellow')
    expect(judgeForeign({ hasForeignUnit: false, strayData: [], isAdopting: false }).colour).toBe('green')
  })

  it('knows this machine', async () => {
    const facts = await gatherHost('/', false, new AbortController().signal)
    expect(facts.memoryBytes).toBeGreaterThan(0)
    expect(facts.swapUsedBytes).not.toBeNull()
    expect(facts.files).toBeGreaterThan(0)
  })
})
