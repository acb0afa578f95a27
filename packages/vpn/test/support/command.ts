import { spawn } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LABELS, type Pair, PORT, type Side } from './pair.js'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'cli', 'dist', 'main.js')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The real command inside the namespace of that host, with its configuration, and with `wg` from `path` before others. */
export async function montana(pair: Pair, side: Side, args: readonly string[], path = ''): Promise<Ended> {
  const config = await writeConfig(pair, side)
  const [command = '', ...rest] = pair.host(side).prefix
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MONTANA_')))
  const env = { ...clean, PATH: [path, process.env.PATH].filter(Boolean).join(':') }
  const child = spawn(command, [...rest, process.execPath, MAIN, ...args, '--config', config], { env })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return await new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

/** A folder with a `wg` of its own: `script` may call the real one as /usr/bin/wg. */
export async function folderWithWg(pair: Pair, name: string, script: string): Promise<string> {
  const folder = join(pair.fleet.folder, name)
  await mkdir(folder)
  await writeFile(join(folder, 'wg'), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, 'wg'), 0o755)
  return folder
}

async function writeConfig(pair: Pair, side: Side): Promise<string> {
  const { folder, sources } = pair.fleet
  const operators = join(folder, 'operators.json')
  await writeFile(operators, pair.fleet.operatorsText)
  const vpn = { label: LABELS[side], interface: pair.host(side).device, port: PORT, sources }
  const config = join(folder, `fleet-${LABELS[side]}.yaml`)
  await writeFile(config, JSON.stringify({ operators, state: join(folder, LABELS[side]), vpn }))
  return config
}
