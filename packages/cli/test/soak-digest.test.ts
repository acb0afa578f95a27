import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestSchema } from '@montana/soak'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'soak-digest-'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Runs `montana soak digest …` with nothing but the test's folder to find programs in. */
function digest(...args: string[]) {
  const env = { PATH: root }
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'soak', 'digest', ...args], {
    ...{ cwd: root, env, encoding: 'utf8' },
  })
  return { status, stdout, stderr }
}

/** A journal as this host would print it; what it was asked for is kept. */
function journal(lines: readonly object[], code = 0): void {
  writeFileSync(join(root, 'journal.json'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > '${root}/arguments'\nwhile read -r line; do printf '%s\\n' "$line"; done < '${root}/journal.json'\nexit ${code}\n`
  writeFileSync(join(root, 'journalctl'), script)
  chmodSync(join(root, 'journalctl'), 0o755)
}

const MANAGER = { _PID: '1', _SYSTEMD_UNIT: 'init.scope', UNIT: 'montana-node.service', PRIORITY: '4' }
const EXITED = { ...MANAGER, MESSAGE_ID: '98e322203f7a4ed290d09fe03c09fe15', MESSAGE: 'Main process exited, status=78' }
const at = (seconds: number) => ({ __REALTIME_TIMESTAMP: String((1_790_000_000 + seconds) * 1e6) })

describe('montana soak digest', () => {
  it('reads the journal of the named units; --json prints one object, --out keeps it', () => {
    journal([
      { ...at(1), ...EXITED },
      { ...at(2), ...EXITED },
    ])
    const { status, stdout, stderr } = digest(
      '--json',
      '--label',
      'moscow',
      '--out',
      'digest.json',
      '--unit',
      'a.service',
      'b@*',
      '--since',
      '2026-09-21T00:00:00Z',
    )
    expect([status, stderr]).toEqual([0, ''])
    const printed = digestSchema.parse(JSON.parse(stdout))
    expect(printed).toMatchObject({ label: 'moscow', source: 'journald', dropped: 0 })
    expect(printed.units).toEqual([
      { unit: 'montana-node.service', exits: 2, restarts: 0, timeouts: 0, start_limit_hits: 0 },
    ])
    expect(JSON.parse(readFileSync(join(root, 'digest.json'), 'utf8'))).toEqual(printed)
    const asked = readFileSync(join(root, 'arguments'), 'utf8').trimEnd().split('\n')
    expect(asked).toContain('--all')
    expect(asked.slice(-3)).toEqual(['--unit=a.service', '--unit=b@*', '--since=@1789948800'])
  })

  it('prints a table for reading', () => {
    journal([
      { ...at(1), ...EXITED },
      { ...at(2), MESSAGE: 'kernel: fine', PRIORITY: '6' },
    ])
    expect(digest('--label', 'moscow').stdout.split('\n')).toEqual([
      'moscow: 2 lines of the journal, from 2026-09-21T14:13:21.000Z to 2026-09-21T14:13:22.000Z',
      'montana-node.service: 1 exits, 0 restarts, 0 timeouts, 0 start limits',
      'count  priority  code       unit                  last                      line',
      '    1         4  UNIT_EXIT  montana-node.service  2026-09-21T14:13:21.000Z  Main process exited, status=<n>',
      'other: 1 lines; without a unit: 1',
      '',
    ])
  })

  it('a journal that fails leaves no digest', () => {
    journal([{ ...at(1), ...EXITED }], 1)
    const { status, stdout } = digest('--json')
    expect([status, JSON.parse(stdout).error.code]).toEqual([1, 'JOURNAL_FAILED'])
  })

  it.each([
    [78, 'unit', ['--json']],
    [78, 'file', ['--json', '--file', 'none.log']],
    [78, 'label', ['--json', '--label', '192.0.2.1', '--file', 'x.log']],
    [78, 'unit', ['--json', '--unit', 'a b']],
    [2, 'since', ['--json', '--since', 'yesterday']],
    [2, 'unit', ['--json', '--file', 'x.log', '--unit', 'a', 'b']],
  ])('ends with %i for a wrong %s: %j', (code, field, args) => {
    const { status, stdout, stderr } = digest(...args)
    expect([status, stderr, JSON.parse(stdout).error]).toEqual([code, '', expect.objectContaining({ field })])
  })

  it('names the file that it cannot write, and no temporary one', () => {
    writeFileSync(join(root, 'node.log'), '')
    const { status, stdout } = digest('--json', '--file', 'node.log', '--out', 'none/d.json')
    const message = 'digest none/d.json cannot be written: ENOENT'
    expect([status, JSON.parse(stdout).error]).toEqual([78, expect.objectContaining({ field: 'out', message })])
  })

  it('reads files', () => {
    writeFileSync(
      join(root, 'node.log'),
      '<3>{"level":50,"time":"2026-11-25T10:00:00.000Z","code":"DISK_FULL","msg":"no space"}\n',
    )
    const { status, stdout } = digest('--json', '--file', 'node.log', 'node.log', '--unit', 'montana-node.service')
    expect(status).toBe(0)
    expect(digestSchema.parse(JSON.parse(stdout)).entries).toMatchObject([
      { unit: 'montana-node.service', code: 'DISK_FULL', priority: 3, count: 2, template: 'no space' },
    ])
  })
})
