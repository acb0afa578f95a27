import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createServices, type ServiceControl } from '../src/index.js'
import { commandLineOf } from '../src/services/command-line.js'
import { durationMs, parseUnit } from '../src/services/unit-file.js'

const UNIT = 'montana-node.service'
const { signal } = new AbortController()

describe('a unit file', () => {
  it('is read as systemd does: continued lines, comments, emptied lists, drop-ins, quotes', () => {
    const text = `# first
[Service]
Environment=A=1 "B=two words"
Environment=C=3
ExecStart=-/opt/x/bin/montana start \\
  --config '/etc/a b.yaml' --label 50%%
TimeoutStopSec=1min 5s
RuntimeDirectory=montana-node
; no
[Install]
WantedBy=multi-user.target
`
    const line = commandLineOf(parseUnit(text, '[Service]\nEnvironment=\nEnvironment=D=%p\n'), UNIT)
    expect(line.words).toEqual(['/opt/x/bin/montana', 'start', '--config', '/etc/a b.yaml', '--label', '50%'])
    expect(line).toMatchObject({ environment: { D: 'montana-node' }, stopTimeoutMs: 65_000, isOneshot: false })
    expect(line).toMatchObject({ endsGroup: true, killSignal: 'SIGTERM', runtimeDirectories: ['montana-node'] })
  })

  it('without a command line, or with what only systemd fills in, is refused', () => {
    expect(() => commandLineOf(parseUnit('[Service]\nType=notify'), UNIT)).toThrow('has no ExecStart')
    expect(() => commandLineOf(parseUnit('[Service]\nExecStart=/bin/x %d'), UNIT)).toThrow('uses %d')
  })

  it.each([
    ['90', 90_000],
    ['500ms', 500],
    ['2h', 7_200_000],
    ['3 parsecs', undefined],
    ['', undefined],
  ])('%j', (text, ms) => {
    expect(durationMs(text)).toBe(ms)
  })
})

describe('services of a root without systemd', () => {
  let root: string
  let services: ServiceControl

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'montana services-'))
    services = createServices(root, 'process')
  })

  afterEach(async () => {
    if (existsSync(join(root, 'etc/systemd/system', UNIT))) await services.stop(UNIT, signal)
    rmSync(root, { recursive: true, force: true })
  })

  function write(path: string, text: string, mode = 0o644): string {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, mode)
    return file
  }

  function install(script: string, settings = ''): void {
    write('opt/program', `#!/bin/sh\n${script}\n`, 0o755)
    const text = `[Service]\nExecStart=/opt/program one "two three"\nEnvironment="OUT=${root}/out"\n${settings}\n`
    write(`etc/systemd/system/${UNIT}`, `${text}[Install]\nWantedBy=multi-user.target\n`)
  }

  const pid = () => Number(readFileSync(join(root, 'run/montana-services', `${UNIT}.pid`), 'utf8').split(' ')[0])
  const out = async () => {
    while (!existsSync(join(root, 'out'))) await sleep(10)
    return readFileSync(join(root, 'out'), 'utf8')
  }

  it('start runs the command line of the unit once, and stop ends its whole group', async () => {
    install('echo "$1,$2,$SECRET" > "$OUT"; sleep 300 & echo $! > "$OUT.child"; wait')
    process.env.SECRET = 'inherited'
    await services.start(UNIT, signal)
    const first = pid()
    await services.start(UNIT, signal)
    expect([await out(), pid(), await services.isActive(UNIT, signal)]).toEqual(['one,two three,\n', first, true])
    await services.stop(UNIT, signal)
    expect(await services.isActive(UNIT, signal)).toBe(false)
    expect(existsSync(`/proc/${first}`)).toBe(false)
    const child = readFileSync(join(root, 'out.child'), 'utf8').trim()
    expect(existsSync(`/proc/${child}`) && readFileSync(`/proc/${child}/stat`, 'utf8')).not.toMatch(/ [RS] /)
  })

  it('restart is another process; one that is killed is not active, whoever has its number', async () => {
    install('exec sleep 300')
    await services.start(UNIT, signal)
    const first = pid()
    await services.restart(UNIT, signal)
    expect(pid()).not.toBe(first)
    process.kill(pid(), 'SIGKILL')
    while (await services.isActive(UNIT, signal)) await sleep(10)
    write(`run/montana-services/${UNIT}.pid`, `${process.pid} 1\n`)
    expect(await services.isActive(UNIT, signal)).toBe(false)
  })

  it('who ends at once has not started; who does not end is killed after its time', async () => {
    install('exit 78')
    await expect(services.start(UNIT, signal)).rejects.toMatchObject({ code: 'SERVICE_FAILED' })
    install(`trap '' TERM; while :; do sleep 0.05; done`, 'TimeoutStopSec=200ms')
    await services.start(UNIT, signal)
    await services.stop(UNIT, signal)
    expect(await services.isActive(UNIT, signal)).toBe(false)
  })

  it('a oneshot is done when start returns; an abort ends the wait', async () => {
    install('sleep 0.4; echo done > "$OUT"', 'Type=oneshot')
    await services.start(UNIT, signal)
    expect(readFileSync(join(root, 'out'), 'utf8')).toBe('done\n')
    install('exec sleep 300')
    await expect(services.start(UNIT, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })

  it.each(['process', 'none'] as const)('enable and disable are links in the files (%s)', async (kind) => {
    install('exit 0')
    const link = join(root, 'etc/systemd/system/multi-user.target.wants', UNIT)
    const other = createServices(root, kind)
    await other.enable([UNIT], signal)
    await other.enable([UNIT], signal)
    expect(readlinkSync(link)).toBe(`/etc/systemd/system/${UNIT}`)
    await other.disable([UNIT], signal)
    expect(existsSync(link)).toBe(false)
    await expect(other.enable(['none.service'], signal)).rejects.toMatchObject({ code: 'UNIT_INVALID', exitCode: 78 })
  })
})

describe('services of a host with systemd', () => {
  let root: string
  const path = process.env.PATH

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'montana systemd-'))
    // What systemctl is asked for; it refuses one unit.
    const script = `#!/bin/sh\necho "$@" >> '${root}/asked'\ncase "$*" in *bad*) echo no such unit >&2; exit 5 ;; esac\n`
    writeFileSync(join(root, 'systemctl'), script, { mode: 0o755 })
    process.env.PATH = `${root}:${path}`
  })

  afterEach(() => {
    process.env.PATH = path
    rmSync(root, { recursive: true, force: true })
  })

  const asked = () => readFileSync(join(root, 'asked'), 'utf8').trim().split('\n')

  it('are asked of systemctl, after failed starts that count against a limit are forgotten', async () => {
    const services = createServices('/', 'systemd')
    await services.daemonReload(signal)
    await services.enable(['a.service', 'b.timer'], signal)
    await services.restart('a.service', signal)
    expect([await services.isActive('a.service', signal), await services.isActive('bad.service', signal)]).toEqual([
      true,
      false,
    ])
    expect(asked()).toEqual([
      '--no-ask-password daemon-reload',
      '--no-ask-password enable a.service b.timer',
      'reset-failed a.service',
      '--no-ask-password restart a.service',
      'is-active --quiet a.service',
      'is-active --quiet bad.service',
    ])
  })

  it('say in one line what systemctl says', async () => {
    const stop = createServices('/', 'systemd').stop('bad.service', signal)
    await expect(stop).rejects.toMatchObject({
      ...{ code: 'SERVICE_FAILED', exitCode: 1, message: 'systemctl stop bad.service: no such unit' },
      remedy: 'see journalctl -u bad.service',
    })
  })
})
