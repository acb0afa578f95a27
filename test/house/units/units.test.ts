import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEPLOY, dropIns, examples, names, services, textOf, timers, valuesOf } from './support.js'

const AGENT = 'montana-failover.service'
const NODE = 'montana-node.service'
const VPN = 'montana-vpn-key-sync.service'
const ALERT = 'montana-alert@.service'

function expectSettings(unit: string, wanted: Readonly<Record<string, string>>): void {
  for (const [setting, value] of Object.entries(wanted))
    expect([unit, setting, valuesOf(unit, setting)]).toEqual([unit, setting, [value]])
}

describe('units of a release (spec operations 10)', () => {
  it('are all there', () => {
    const pair = (name: string) => [`${name}.service`, `${name}.timer`]
    const wanted = [
      ...[NODE, AGENT, ALERT, 'montana-breathing.service'],
      ...['montana-soak', 'montana-manifest-sync', 'montana-vpn-key-sync'].flatMap(pair),
      ...['montana-explorer', 'montana-retrospective', 'montana-sentinel'].flatMap(pair),
    ]
    expect(names).toEqual(wanted.sort())
    expect(dropIns).toEqual(['no-addon', 'small-host', 'wireguard-go'])
  })

  it('the node', () => {
    expectSettings(NODE, {
      Type: 'notify',
      NotifyAccess: 'main',
      User: 'montana',
      ExecStart: '/opt/montana/current/bin/montana start --config /etc/montana/node.yaml',
      ExecReload: '/bin/kill -HUP $MAINPID',
      StartLimitIntervalSec: '600',
      StartLimitBurst: '6',
      WatchdogSec: '60',
      WatchdogSignal: 'SIGABRT',
      Restart: 'on-failure',
      RestartSec: '10',
      TimeoutStartSec: '90',
      TimeoutStopSec: '30',
      KillMode: 'mixed',
      StateDirectory: 'montana',
      StateDirectoryMode: '0750',
      UMask: '0077',
      LimitNOFILE: '65536',
      MemoryHigh: '400M',
      MemoryMax: '512M',
      MemorySwapMax: '0',
    })
  })

  it('timers come when the spec has them, and only evidence is not made up for', () => {
    const schedules = timers.map((unit) => [unit, valuesOf(unit, 'OnCalendar')[0], valuesOf(unit, 'Persistent')[0]])
    expect(schedules).toEqual([
      ['montana-explorer.timer', '*:*:00', undefined],
      ['montana-manifest-sync.timer', '*:0/10', 'yes'],
      ['montana-retrospective.timer', '*-*-* 00:10:00 UTC', 'yes'],
      ['montana-sentinel.timer', '*-*-* *:11,41:00', 'yes'],
      ['montana-soak.timer', '*:0/5', 'no'],
      ['montana-vpn-key-sync.timer', '*:0/5', 'yes'],
    ])
    expect(valuesOf('montana-soak.timer', 'RandomizedDelaySec')).toEqual([])
    expectSettings('montana-soak.service', { RuntimeDirectoryPreserve: 'yes', TimeoutStartSec: '60' })
    for (const unit of timers) expectSettings(unit.replace('.timer', '.service'), { Type: 'oneshot' })
  })

  it('tell somebody when they fail, but the one that tells', () => {
    for (const unit of services)
      expect([unit, valuesOf(unit, 'OnFailure')]).toEqual([unit, unit === ALERT ? [] : ['montana-alert@%n.service']])
  })

  it('are not restarted for ever, and never for a wrong configuration', () => {
    for (const unit of services) {
      expect([unit, valuesOf(unit, 'StartLimitIntervalSec').length]).toEqual([unit, 1])
      if (valuesOf(unit, 'StartLimitIntervalSec')[0] !== '0') expect(valuesOf(unit, 'StartLimitBurst')).toHaveLength(1)
      if (valuesOf(unit, 'Restart').length === 0) continue
      expect([unit, valuesOf(unit, 'RestartPreventExitStatus').join().split(' ')]).toEqual([
        unit,
        expect.arrayContaining(['78']),
      ])
    }
  })

  it('run commands that there are, with options that they have', () => {
    const reference = readFileSync(join(DEPLOY, '..', 'docs', 'cli.md'), 'utf8')
    for (const unit of services) {
      const [, line = ''] = /current\/bin\/montana ([^']+)/.exec(valuesOf(unit, 'ExecStart').join()) ?? []
      const words = line.split(' ')
      const verb = words
        .slice(
          0,
          words.findIndex((word) => word.startsWith('-')),
        )
        .join(' ')
      const [, section] = reference.split(new RegExp(`^#+ .*montana ${verb}\\b.*$`, 'm'))
      expect([unit, verb, section !== undefined]).toEqual([unit, verb, true])
      const own = section?.split(/^#/m)[0] ?? ''
      const options = words.filter(
        (word) => word.startsWith('--') && !['--json', '--config', '--data-dir'].includes(word),
      )
      expect([unit, options.filter((option) => !own.includes(option))]).toEqual([unit, []])
    }
  })

  it('set nothing that systemd 252 does not know', () => {
    const newer =
      /^(RestartSteps|RestartMode|RestartMaxDelaySec|ImportCredential|MemoryZSwapMax|DelegateSubgroup|OpenFile)=/m
    for (const unit of [...names, ...examples]) {
      expect([unit, newer.exec(textOf(unit))?.[0]]).toEqual([unit, undefined])
      expect([unit, valuesOf(unit, 'Type')]).not.toEqual([unit, ['notify-reload']])
    }
  })

  it('secrets are credentials, never environment', () => {
    for (const unit of [...names, ...examples])
      expect(valuesOf(unit, 'Environment').join()).not.toMatch(/token|secret|password|api_?key/i)
  })

  it('fit a host of 1 GB', () => {
    for (const unit of services.filter((name) => name !== AGENT))
      expect([unit, Number.parseInt(valuesOf(unit, 'MemoryMax')[0] ?? '', 10) <= 512]).toEqual([unit, true])
  })
})

describe('hardening', () => {
  const CLOSED = [
    ...['NoNewPrivileges', 'PrivateTmp', 'PrivateIPC', 'ProtectHome', 'ProtectClock', 'ProtectHostname'],
    ...['ProtectKernelTunables', 'ProtectKernelModules', 'ProtectKernelLogs', 'RestrictNamespaces'],
    ...['RestrictRealtime', 'RestrictSUIDSGID', 'RemoveIPC', 'LockPersonality'],
  ]

  it('is the same everywhere', () => {
    for (const unit of services) {
      for (const setting of CLOSED) expectSettings(unit, { [setting]: 'yes' })
      expectSettings(unit, {
        ProtectSystem: 'strict',
        ProtectProc: 'invisible',
        KeyringMode: 'private',
        LimitCORE: '0',
      })
    }
  })

  it('differs only where the work needs it', () => {
    for (const unit of services) {
      expectSettings(unit, { ProtectControlGroups: unit === AGENT ? 'no' : 'yes' })
      expectSettings(unit, { CapabilityBoundingSet: unit === VPN ? 'CAP_NET_ADMIN' : '' })
      expect(valuesOf(unit, 'PrivateUsers')).toEqual(unit === VPN ? [] : ['yes'])
      expect(valuesOf(unit, 'PrivateDevices')).toEqual(unit === VPN ? [] : ['yes'])
    }
    expectSettings(VPN, { DevicePolicy: 'closed', DeviceAllow: '/dev/net/tun rw' })
  })

  it('leaves out what V8, the status page or the clock cannot live with', () => {
    for (const unit of services) {
      expect(textOf(unit)).not.toMatch(/^(MemoryDenyWriteExecute|ProcSubset|CPUQuota)=/m)
      expect(valuesOf(unit, 'SystemCallFilter')[0]?.split(' ')).toContain('@pkey')
      expectSettings(unit, { SystemCallErrorNumber: 'EPERM' })
      expect(valuesOf(unit, 'RestrictAddressFamilies').join().split(' ')).toContain('AF_NETLINK')
    }
  })
})

describe('units of a failover group', () => {
  it('the agent is watched, killed at once, and started again unless its configuration is wrong', () => {
    expectSettings(AGENT, {
      Type: 'notify',
      WatchdogSec: '2',
      WatchdogSignal: 'SIGKILL',
      Restart: 'always',
      RestartSec: '1',
      RestartPreventExitStatus: '78',
      KillMode: 'control-group',
    })
  })

  it('a service runs with the agent and a tenure only, and ends with the agent', () => {
    expect(examples).toEqual(['example-bot.service'])
    for (const unit of examples) {
      expect(valuesOf(unit, 'BindsTo')).toContain(AGENT)
      expect(valuesOf(unit, 'After')).toContain(AGENT)
      expect(valuesOf(unit, 'ConditionPathExists')).toEqual(valuesOf(unit, 'EnvironmentFile'))
      expect(valuesOf(unit, 'ConditionPathExists')[0]).toMatch(/^\/run\/montana-failover\/tenure-[a-z0-9-]+$/)
      expect(textOf(unit)).not.toContain('[Install]')
      expect(valuesOf(AGENT, 'ExecStopPost').some((line) => line.endsWith(`--signal=SIGKILL ${unit}`))).toBe(true)
    }
  })
})

describe('the sentinel of a mirror', () => {
  it('is not failed by what it sees', () => {
    expectSettings('montana-sentinel.service', { Type: 'oneshot', SuccessExitStatus: '6 7' })
  })

  it('has its token from a credential, and no time limit that a promotion could not keep', () => {
    const [line = ''] = valuesOf('montana-sentinel.service', 'ExecStart')
    expect(line).toContain('mirror sentinel run --once')
    expect(line).toContain('--env %d/sentinel.env')
    expect(valuesOf('montana-sentinel.service', 'LoadCredential')).toEqual(['sentinel.env:/etc/montana/sentinel.env'])
    expect(valuesOf('montana-sentinel.service', 'TimeoutStartSec')).toEqual(['45min'])
  })
})
