import { describe, expect, it } from 'vitest'
import { createPoller, type SshTarget } from '../src/index.js'
import { sshArguments } from '../src/probe/ssh/arguments.js'
import { sshFault } from '../src/probe/ssh/fault.js'
import { parseUnit } from '../src/probe/unit.js'

const target: SshTarget = { host: 'h', user: 'montana', keyFile: '/a b/%k', knownHosts: '/known' }

describe('arguments of ssh', () => {
  it('ask no questions, trust one file of host keys, offer one key', () => {
    const args = sshArguments({ ...target, port: 2222 }, 'probe')
    expect(args.slice(0, 3)).toEqual(['-F', 'none', '-T'])
    for (const option of [
      ...['BatchMode=yes', 'StrictHostKeyChecking=yes', 'ConnectTimeout=5', 'IdentitiesOnly=yes'],
      ...['UserKnownHostsFile="/known"', 'IdentityFile="/a b/%%k"'],
    ])
      expect(args[args.indexOf(option) - 1]).toBe('-o')
    expect(args.slice(-7)).toEqual(['-p', '2222', '-l', 'montana', '--', 'h', 'probe'])
  })

  it.each([
    ['host', '-oProxyCommand=id'],
    ['host', 'a b'],
    ['host', ''],
    ['user', '-l'],
    ['user', 'a@b'],
    ['key_file', 'a"b'],
    ['known_hosts', '/x$HOME'],
    ['known_hosts', 'a\nb'],
    ['port', 0],
    ['port', 65_536],
    ['port', 1.5],
  ])('%s %j is refused before anything runs', (field, value) => {
    const names: Record<string, string> = { key_file: 'keyFile', known_hosts: 'knownHosts' }
    const ssh = { ...target, [names[field] ?? field]: value }
    const create = () => createPoller({ path: '/none', nodes: [{ label: 'a', ssh }] })
    expect(create).toThrow(expect.objectContaining({ exitCode: 78, field: `nodes.0.ssh.${field}` }))
  })
})

describe('faults of ssh', () => {
  it.each([
    ['Host key verification failed.', 'SSH_HOST_KEY'],
    ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @', 'SSH_HOST_KEY'],
    ['montana@192.0.2.1: Permission denied (publickey).', 'SSH_AUTH'],
    ['ssh: connect to host 192.0.2.1 port 22: Connection refused', 'SSH_UNREACHABLE'],
    ['ssh: Could not resolve hostname h: Name or service not known', 'SSH_UNREACHABLE'],
    ['kex_exchange_identification: Connection closed by remote host', 'SSH_UNREACHABLE'],
    ['something new about 192.0.2.1', 'SSH_FAILED'],
  ])('%s', (stderr, code) => {
    const fault = sshFault(255, stderr)
    expect(fault.code).toBe(code)
    expect(fault.text).not.toContain('192.0')
  })
})

describe('what systemctl shows of a unit', () => {
  const shown = (lines: string) => parseUnit(lines, Date.parse('2026-01-01T00:00:00Z'))

  it('of a running one', () => {
    const text =
      'Result=success\nNRestarts=2\nExecMainStartTimestampMonotonic=61500000\nLoadState=loaded\nActiveState=active\n'
    expect(shown(text)).toEqual({
      ActiveState: 'active',
      NRestarts: 2,
      Result: 'success',
      start: '2026-01-01T00:01:01.500Z',
    })
  })

  it('of one that never ran', () => {
    const text =
      'LoadState=loaded\nActiveState=inactive\nNRestarts=0\nResult=success\nExecMainStartTimestampMonotonic=0\n'
    expect(shown(text)).toMatchObject({ NRestarts: 0, start: null })
  })

  it('of an old version without these properties', () => {
    expect(shown('LoadState=loaded\nActiveState=active\n')).toEqual({
      ...{ ActiveState: 'active', NRestarts: null, Result: null, start: null },
    })
  })

  it('of none', () => {
    expect(shown('LoadState=not-found\nActiveState=inactive\nNRestarts=0\n')).toBeNull()
    expect(shown('')).toBeNull()
  })
})
