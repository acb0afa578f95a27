import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const INSTANCE = '7f1ee7d4-0a33-4a53-9a7b-3b5c7c0f9a10'
const HASH = 'ab'.repeat(32)

let root: string
let server: Server

/** The least that a status document must have. */
function status() {
  const sampled_at = new Date().toISOString()
  const proc = { instance: INSTANCE, pid: 1, start_ts: sampled_at, uptime_s: 0, restarts: null, result: null }
  const head = { window: 7, header_hash: HASH, state_root: HASH }
  return { schema: 'montana.status/1', sampled_at, proc, phase: 'Active', ...head, recent: [], D: 1, peers: [] }
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'soak-cli-'))
  server = createServer((_, response) => response.end(JSON.stringify(status())))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const statusUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const label of ['moscow', 'armenia']) {
    mkdirSync(join(root, label))
    writeFileSync(join(root, label, 'identity.bin'), '')
  }
  writeFileSync(join(root, 'moscow', 'run.json'), JSON.stringify({ pid: 1, instance: INSTANCE, statusUrl }))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(root, { recursive: true, force: true })
})

interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `montana soak …` in the devnet's folder; SIGINT comes with the first output, or when `interrupt` resolves. */
async function soak(args: string[], interrupt?: 'first output' | Promise<unknown>): Promise<Run> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MONTANA_')))
  const child = spawn(process.execPath, [MAIN, 'soak', ...args], { cwd: root, env: environment })
  const run = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    run.stdout += chunk.toString('utf8')
    if (interrupt === 'first output') child.kill('SIGINT')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    run.stderr += chunk.toString('utf8')
  })
  if (interrupt instanceof Promise) void interrupt.then(() => child.kill('SIGINT'))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...run }
}

const lines = (text: string) => text.trimEnd().split('\n')
const log = () => lines(readFileSync(join(root, 'soak.jsonl'), 'utf8'))

describe('montana soak poll', () => {
  it('appends a line beside the nodes and prints one per node; an unreachable node is no error', async () => {
    const { code, stdout, stderr } = await soak(['poll', '--data-dir', '.'])
    expect([code, stderr]).toEqual([0, ''])
    expect(lines(stdout)).toEqual([
      'armenia  unreachable  NOT_RUNNING  the node has no run.json: it is not running',
      'moscow   Active  window 7  lag 0  peers 0/0  heartbeats 0 since start',
    ])
    expect(log().length).toBe(1)
  })

  it('--json prints the record; --path names another file', async () => {
    const { code, stdout } = await soak(['poll', '--data-dir', '.', '--path', 'other.jsonl', '--json'])
    expect(code).toBe(0)
    expect(stdout).toBe(readFileSync(join(root, 'other.jsonl'), 'utf8'))
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'montana.soak/1', head: { label: 'moscow', window: 7 } })
    expect(existsSync(join(root, 'soak.jsonl'))).toBe(false)
  })

  it('reads its nodes from a configuration file', async () => {
    writeFileSync(join(root, 'soak.yaml'), 'nodes: [{label: Москва, data_dir: moscow}]\npath: soak.jsonl\n')
    const { code, stdout } = await soak(['poll', '--config', 'soak.yaml'])
    expect([code, lines(stdout)]).toEqual([0, ['Москва  Active  window 7  lag 0  peers 0/0  heartbeats 0 since start']])
    expect(log().length).toBe(1)
  })

  it.each([
    [2, 'data-dir', ['poll']],
    [2, 'config', ['poll', '--config', 'a.yaml', '--data-dir', '.']],
    [78, 'config', ['poll', '--config', 'none.yaml']],
    [78, 'data-dir', ['poll', '--data-dir', 'moscow']],
    [78, 'path', ['poll', '--data-dir', '.', '--path', 'none/soak.jsonl']],
    [2, 'every', ['watch', '--data-dir', '.', '--every', '5']],
    [2, 'every', ['watch', '--data-dir', '.', '--every', '0s']],
    [2, 'every', ['watch', '--data-dir', '.', '--every', '25h']],
    [2, 'count', ['watch', '--data-dir', '.', '--count', '0']],
  ])('ends with %i and names %s: %j', async (exit, field, args) => {
    const { code, stdout } = await soak([...args, '--json'])
    expect(code).toBe(exit)
    expect(lines(stdout).length).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      error: { field, message: expect.any(String), remedy: expect.any(String) },
    })
    expect(existsSync(join(root, 'soak.jsonl'))).toBe(false)
  })
})

describe('montana soak watch', () => {
  it('prints one JSON line per poll and ends after --count', async () => {
    const { code, stdout } = await soak(['watch', '--every', '1s', '--count', '2', '--data-dir', '.', '--json'])
    expect(code).toBe(0)
    expect(lines(stdout)).toEqual(log())
    expect(lines(stdout).map((line) => JSON.parse(line).slot)).toEqual([0, 1])
  })

  it('ends cleanly on SIGINT once it has a record', async () => {
    const { code, stdout, stderr } = await soak(['watch', '--every', '1h', '--data-dir', '.'], 'first output')
    expect([code, stderr, lines(stdout).length, log().length]).toEqual([0, '', 1, 1])
    expect(stdout).toMatch(/^\S+Z record 0: window 7, 1 of 2 reachable, lag armenia unreachable, moscow 0\n$/)
  })

  it('ends with 130 on SIGINT while it has none', async () => {
    server.removeAllListeners('request')
    const asked = once(server, 'request')
    const { code, stdout } = await soak(['watch', '--every', '1h', '--data-dir', '.'], asked)
    expect([code, stdout, existsSync(join(root, 'soak.jsonl'))]).toEqual([130, '', false])
  })
})

describe('montana soak verify', () => {
  const verify = async (...args: string[]) => {
    const { code, stdout } = await soak(['verify', ...args, '--json'])
    return { code, ...JSON.parse(stdout) }
  }

  beforeEach(async () => {
    await soak(['watch', '--every', '1s', '--count', '2', '--data-dir', '.'])
  })

  it('finds the file as a poll does, and takes one by name or with --path', async () => {
    const ok = { code: 0, verdict: 'OK', records: 2, defects: [] }
    expect(await verify('--data-dir', '.')).toMatchObject(ok)
    expect(await verify('soak.jsonl')).toMatchObject(ok)
    expect(await verify('--path', 'soak.jsonl')).toMatchObject(ok)
    const { stdout } = await soak(['verify', 'soak.jsonl'])
    expect(stdout).toBe('OK: 2 records, 0 defects\n')
  })

  it('names file, line and kind of a defect, and ends with 1', async () => {
    const file = join(root, 'soak.jsonl')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"lag":0', '"lag":1'))
    const defects = [{ file: 'soak.jsonl', line: 1, seq: 0, kind: 'chain_break' }]
    expect(await verify('soak.jsonl')).toMatchObject({ code: 1, verdict: 'DEFECT', records: 2, defects })
    const { code, stdout } = await soak(['verify', 'soak.jsonl'])
    expect([code, lines(stdout)]).toEqual([1, ['soak.jsonl:1: chain_break, record 0', 'DEFECT: 2 records, 1 defect']])
  })

  it('compares the last line with a hash from elsewhere', async () => {
    const { sha256 } = JSON.parse(readFileSync(join(root, 'soak.head.json'), 'utf8'))
    expect(await verify('soak.jsonl', '--head', sha256)).toMatchObject({ code: 0 })
    expect(await verify('soak.jsonl', '--head', HASH)).toMatchObject({ code: 1, defects: [{ kind: 'head_mismatch' }] })
  })

  it.each([
    [78, 'file', ['none.jsonl']],
    [78, 'file', ['soak.jsonl', 'none.jsonl']],
    [78, 'data-dir', ['--data-dir', 'moscow']],
    [2, 'head', ['soak.jsonl', '--head', 'abc']],
    [2, 'file', []],
  ])('ends with %i and names %s: %j', async (code, field, args) => {
    const error = { field, message: expect.any(String), remedy: expect.any(String) }
    expect(await verify(...args)).toMatchObject({ code, error })
  })
})
