import { sleep } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { createHookRunner, type Hooks, type TenureContext } from '../../src/runner/hook-service.js'
import { AT_ONCE, code, tenure, unbounded } from './support.js'

const service = (survivor: 'none' | 'idempotent' | 'all' = 'idempotent') =>
  ({ name: 'bot', promoteTimeoutMs: 300, effects: { survivor } }) as const

const never = () => new Promise<void>(() => {})

describe('hooks inside this process', () => {
  it('are called with the tenure, and its signal fires when it ends', async () => {
    const contexts: TenureContext[] = []
    const calls: string[] = []
    const runner = createHookRunner(service(), {
      onBecomeMaster: (context) => void contexts.push(context),
      onBecomeStandby: () => void calls.push('standby'),
      prepare: () => void calls.push('prepare'),
      quiesce: () => void calls.push('quiesce'),
    })
    await runner.prepare(unbounded())
    await runner.promote(tenure(8), unbounded())
    expect(contexts).toMatchObject([tenure(8)])
    expect(contexts[0]?.signal.aborted).toBe(false)
    await runner.quiesce(unbounded())
    await runner.demote(AT_ONCE)
    expect(contexts[0]?.signal.aborted).toBe(true)
    expect(calls).toEqual(['prepare', 'quiesce', 'standby'])
    await runner.close()
  })

  it('of the older names are called too', async () => {
    const calls: string[] = []
    const hooks: Hooks = {
      on_become_master: () => void calls.push('master'),
      on_become_standby: () => void calls.push('standby'),
    }
    const runner = createHookRunner(service(), hooks)
    await runner.promote(tenure(), unbounded())
    await runner.demote(AT_ONCE)
    expect(calls).toEqual(['master', 'standby'])
    await runner.close()
  })

  it.each([
    ['CHAIN', 'none', { fenced: true, commutative: true, idempotent: true, unfenced: true }],
    ['SURVIVOR', 'none', { fenced: true, commutative: true, idempotent: false, unfenced: false }],
    ['SURVIVOR', 'idempotent', { fenced: true, commutative: true, idempotent: true, unfenced: false }],
    ['SURVIVOR', 'all', { fenced: true, commutative: true, idempotent: true, unfenced: true }],
  ] as const)('may act in %s with effects.survivor %s', async (mode, survivor, expected) => {
    let context: TenureContext | undefined
    const runner = createHookRunner(service(survivor), {
      onBecomeMaster: (given) => {
        context = given
      },
    })
    await runner.promote({ ...tenure(), mode }, unbounded())
    const classes = ['fenced', 'commutative', 'idempotent', 'unfenced'] as const
    const mayAct = () => Object.fromEntries(classes.map((effect) => [effect, context?.mayAct(effect)]))
    expect(mayAct()).toEqual(expected)
    runner.fence()
    expect(Object.values(mayAct())).toEqual([false, false, false, false])
    await runner.close()
  })

  it('that throw fail the promotion, and the next one begins anew', async () => {
    let calls = 0
    const runner = createHookRunner(service(), {
      onBecomeMaster: () => {
        calls += 1
        if (calls === 1) throw new Error('no token')
      },
    })
    await expect(runner.promote(tenure(1), unbounded())).rejects.toThrow('no token')
    await runner.demote(AT_ONCE)
    await runner.promote(tenure(2), unbounded())
    expect(calls).toBe(2)
    await runner.close()
  })

  it('that hang fail the promotion in its time; a second start never runs beside the first', async () => {
    let starts = 0
    const runner = createHookRunner(service(), {
      onBecomeMaster: () => {
        starts += 1
        return never()
      },
    })
    const startMs = performance.now()
    await expect(runner.promote(tenure(1), unbounded())).rejects.toEqual(code('HOOK_FAILED'))
    expect(performance.now() - startMs).toBeLessThan(600)
    await expect(runner.demote(AT_ONCE)).rejects.toEqual(code('HOOK_FAILED'))
    await expect(runner.promote(tenure(2), unbounded())).rejects.toEqual(code('HOOK_FAILED'))
    expect(starts).toBe(1)
    await runner.close()
  })

  it('that succeed late are undone: standby comes after master, whatever was given up meanwhile', async () => {
    const calls: string[] = []
    const runner = createHookRunner(service(), {
      onBecomeMaster: async () => {
        await sleep(500)
        calls.push('master, late')
      },
      onBecomeStandby: () => void calls.push('standby'),
    })
    await expect(runner.promote(tenure(), unbounded())).rejects.toEqual(code('HOOK_FAILED'))
    await runner.demote(AT_ONCE)
    expect(calls).toEqual(['master, late', 'standby'])
    await runner.close()
  })

  it('that do not end are an alarm, within the budget', async () => {
    const runner = createHookRunner(service(), { onBecomeStandby: never })
    await runner.promote(tenure(), unbounded())
    const startMs = performance.now()
    await expect(runner.demote({ ...AT_ONCE, budgetMs: 200 })).rejects.toEqual(code('HOOK_FAILED'))
    expect(performance.now() - startMs).toBeLessThan(400)
    await runner.close()
  })
})
