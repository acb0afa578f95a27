import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sleep } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { alertEvent } from '../src/commands/alert/event.js'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const UNIT = 'montana-node.service'
const FAILED = { MONITOR_SERVICE_RESULT: 'watchdog', MONITOR_EXIT_CODE: 'killed', MONITOR_EXIT_STATUS: 'ABRT' }

describe('the event of a unit that failed', () => {
  const event = (environment: Record<string, string>) => {
    return alertEvent({ unit: UNIT, label: 'moscow', nowMs: 0, environment })
  }

  it('says what systemd knows, and what to do', () => {
    expect(event(FAILED)).toMatchObject({
      schema: 'montana.alert/1',
      at: '1970-01-01T00:00:00.000Z',
      unit: UNIT,
      label: 'moscow',
      result: 'watchdog',
      exit_code: 'killed',
      exit_status: 'ABRT',
      text: `${UNIT} failed: watchdog (ABRT)`,
      remedy: expect.stringContaining('clock stood still'),
    })
  })

  it('is null where it knows nothing, and tells of a wrong configuration as such', () => {
    expect(event({})).toMatchObject({ result: null, exit_status: null, text: `${UNIT} failed` })
    const wrong = { MONITOR_SERVICE_RESULT: 'exit-code', MONITOR_EXIT_STATUS: '78' }
    expect(event(wrong).remedy).toContain('names the setting or the permission')
  })
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'alert-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** `montana alert` with a hook of one shell line. */
function alert(dir: string, hook: string, ...more: string[]) {
  const script = join(dir, 'hook')
  writeFileSync(script, `#!/bin/sh\n${hook}\n`)
  chmodSync(script, 0o755)
  const config = join(dir, 'alert.yaml')
  writeFileSync(config, `label: moscow\nhook: [${script}, one]\ndeadline_s: 1\n${more.join('\n')}`)
  const env = { ...process.env, ...FAILED }
  return spawnSync(process.execPath, [MAIN, 'alert', '--unit', UNIT, '--config', config], { env, encoding: 'utf8' })
}

describe('montana alert', () => {
  it('prints one JSON line and hands it to the hook', () => {
    const dir = folder()
    const { status, stdout, stderr } = alert(dir, `echo "$1" > ${dir}/argument; cat > ${dir}/event; echo noise`)
    expect([status, stderr]).toEqual([0, 'noise\n'])
    expect(stdout.split('\n')).toHaveLength(2)
    expect(JSON.parse(stdout)).toMatchObject({ unit: UNIT, label: 'moscow', result: 'watchdog' })
    expect(readFileSync(join(dir, 'event'), 'utf8')).toBe(stdout)
    expect(readFileSync(join(dir, 'argument'), 'utf8')).toBe('one\n')
  })

  it('kills a hook that hangs with all of its children, having told the journal before', async () => {
    const dir = folder()
    const { status, stdout, stderr } = alert(dir, `(sleep 3; touch ${dir}/late) & wait`)
    expect(status).toBe(1)
    expect(JSON.parse(stdout).unit).toBe(UNIT)
    expect(stderr).toContain('the hook failed: it was killed because its time was over; run it by hand')
    await sleep(2_500)
    expect(existsSync(join(dir, 'late'))).toBe(false)
  })

  it('names what is wrong in its configuration, with 78', () => {
    const { status, stdout, stderr } = alert(folder(), 'true', 'hok: [x]')
    expect([status, stdout]).toEqual([78, ''])
    expect(stderr).toMatch(/alert\.yaml: hok: .*see deploy\/alert\.example\.yaml/)
  })
})
