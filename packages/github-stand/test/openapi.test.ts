import { describe, expect, it } from 'vitest'
import type { Exchange } from '../src/index.js'
import { apiDescription } from './support/openapi.js'

const description = apiDescription()

const variable: Exchange = {
  ...{ method: 'GET', template: '/repos/{owner}/{repo}/actions/variables/{name}', requestBody: undefined, status: 200 },
  contentType: 'application/json; charset=utf-8',
  responseBody: { name: 'A', value: 'x', created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' },
}

describe.skipIf(description === undefined)("GitHub's description as a judge", () => {
  const problems = (change: Partial<Exchange>) => description?.problems({ ...variable, ...change })

  it('has nothing to say on what is right', () => {
    expect(problems({})).toEqual([])
  })

  it.each<[string, Partial<Exchange>]>([
    ['a missing field', { responseBody: { name: 'A' } }],
    ['a wrong type', { responseBody: { ...(variable.responseBody as object), value: 7 } }],
    ['a status that is not described', { status: 202 }],
    ['a method that does not exist', { method: 'PUT' }],
    ['a path that does not exist', { template: '/repos/{owner}/{repo}/actions/variable' }],
    ['a refusal that is no object', { status: 404, responseBody: 'no' }],
    ['a body where there is none', { method: 'PATCH', status: 204, responseBody: { name: 'A' } }],
    [
      'a request of the wrong shape',
      { method: 'POST', template: '/repos/{owner}/{repo}/actions/variables', status: 201, requestBody: { name: 7 } },
    ],
  ])('finds %s', (_, change) => {
    expect(problems(change)).not.toEqual([])
  })
})
