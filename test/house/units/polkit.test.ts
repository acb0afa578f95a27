import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { DEPLOY, examples } from './support.js'

interface Action {
  readonly id: string
  readonly unit: string
  readonly verb: string
}

/** What the shipped rule says, run as polkit would. */
function ruleOf(): (action: Action, user: string) => unknown {
  let rule: ((action: object, subject: object) => unknown) | undefined
  const polkit = {
    Result: { YES: 'yes', NOT_HANDLED: null },
    addRule: (added: typeof rule) => {
      rule = added
    },
  }
  runInNewContext(readFileSync(join(DEPLOY, 'polkit', '60-montana-failover.rules'), 'utf8'), { polkit })
  return ({ id, unit, verb }, user) => {
    const lookup = (name: string) => ({ unit, verb })[name]
    return rule?.({ id, lookup }, { user })
  }
}

describe('the rule of polkit', () => {
  const manage = { id: 'org.freedesktop.systemd1.manage-units', unit: 'example-bot.service' }

  it('lets the agent start, stop and kill the services of the group', () => {
    const rule = ruleOf()
    for (const unit of examples)
      for (const verb of ['start', 'stop', 'kill'])
        expect(rule({ ...manage, unit, verb }, 'montana-failover')).toBe('yes')
  })

  it('says nothing about anybody or anything else', () => {
    const rule = ruleOf()
    expect(rule({ ...manage, verb: 'start' }, 'example-bot')).toBeNull()
    expect(rule({ ...manage, verb: 'start', unit: 'ssh.service' }, 'montana-failover')).toBeNull()
    expect(rule({ ...manage, verb: 'enable' }, 'montana-failover')).toBeNull()
    expect(
      rule({ ...manage, verb: 'start', id: 'org.freedesktop.systemd1.manage-unit-files' }, 'montana-failover'),
    ).toBeNull()
  })
})
