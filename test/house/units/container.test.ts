import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DEPLOY, valuesOf } from './support.js'

const CONTAINER = join(DEPLOY, 'container')
const NODE = 'montana-node.service'
const file = readFileSync(join(CONTAINER, 'Containerfile'), 'utf8')
const { services } = parse(readFileSync(join(CONTAINER, 'compose.yaml'), 'utf8'))

/** Arguments of an instruction in JSON form, the last one that the file has. */
function listOf(instruction: string): string[] {
  const [, list = '[]'] = [...file.matchAll(new RegExp(`^\\s*${instruction} (\\[.*\\])$`, 'gm'))].at(-1) ?? []
  return JSON.parse(list)
}

describe('the container file, the alternative to the unit', () => {
  it('runs what the unit runs, as the same user', () => {
    const [line = ''] = valuesOf(NODE, 'ExecStart')
    expect([...listOf('ENTRYPOINT'), ...listOf('CMD')].join(' ')).toBe(line)
    expect(/^USER (.+)$/m.exec(file)?.[1]).toBe(valuesOf(NODE, 'User')[0])
    expect(/^ENV (.+)$/m.exec(file)?.[1]).toBe(
      valuesOf(NODE, 'Environment').find((one) => one.startsWith('NODE_OPTIONS')),
    )
  })

  it('has a read-only root, no capability, and the limits of the unit', () => {
    const { node } = services
    expect(node).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges'],
      ipc: 'private',
    })
    expect(`${node.mem_limit}`.toUpperCase()).toBe(valuesOf(NODE, 'MemoryMax')[0])
    expect(node.memswap_limit).toBe(node.mem_limit)
    expect(String(node.pids_limit)).toBe(valuesOf(NODE, 'TasksMax')[0])
    expect(String(node.ulimits.nofile)).toBe(valuesOf(NODE, 'LimitNOFILE')[0])
    expect(node.restart).toBe(`on-failure:${valuesOf(NODE, 'StartLimitBurst')[0]}`)
  })

  it('is healthy while the node follows or catches up, and not otherwise', async () => {
    const [, ...args] = JSON.parse(/CMD (\[".*readyz.*\])$/m.exec(file)?.[1] ?? '[]') as string[]
    for (const [code, isHealthy] of [
      [200, true],
      [206, true],
      [503, false],
    ] as const)
      expect([code, await health(code, args)]).toEqual([code, isHealthy ? 0 : 1])
    expect(spawnSync(process.execPath, portedTo(9, args)).status).toBe(1)
  })
})

function portedTo(port: number, args: readonly string[]): string[] {
  return args.map((arg) => arg.replace('8446', String(port)))
}

/** What the health check ends with where `/readyz` answers so. */
async function health(code: number, args: readonly string[]): Promise<number | null> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/readyz' ? code : 404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const status = await new Promise<number | null>((resolve) => {
    spawn(process.execPath, portedTo(port, args), { stdio: 'ignore' }).once('exit', resolve)
  })
  server.close()
  return status
}
