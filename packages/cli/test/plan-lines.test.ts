import { expect, it } from 'vitest'
import { planLines } from '../src/commands/operator/lines.js'

it('a plan ends with the rule of the firewall that is left to the operator', () => {
  const plan = [{ name: 'users', found: '3 of 3 users', todo: 'nothing' }]
  expect(planLines(plan, '/ip4/0.0.0.0/tcp/9444').split('\n')).toEqual([
    'plan        users: found 3 of 3 users; nothing to do',
    expect.stringMatching(/^firewall +is not touched: .* tcp dport 9444 accept$/),
  ])
})
