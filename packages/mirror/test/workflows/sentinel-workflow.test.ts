import { NoOperationTraceWriter, parseWorkflow as parseActions } from '@actions/workflow-parser'
import { describe, expect, it } from 'vitest'
import { sentinelMinutes, sentinelWorkflow } from '../../src/workflows/sentinel-workflow.js'

const REPOSITORY = { owner: 'backup-account', name: 'orchestrator' }

describe('the workflow of the sentinel', () => {
  it('is accepted by the parser of Actions', () => {
    const file = { name: 'sentinel.yml', content: sentinelWorkflow(REPOSITORY) }
    const { context } = parseActions(file, new NoOperationTraceWriter())
    expect(context.errors.getErrors().map(({ message }) => message)).toEqual([])
  })

  it('runs twice an hour, half an hour apart, and never when everybody does', () => {
    const all = Array.from({ length: 500 }, (_, index) => sentinelMinutes({ owner: 'o', name: `n${index}` }))
    for (const [first, second] of all) {
      expect(second - first).toBe(30)
      expect(first % 30).not.toBe(0)
      expect(second).toBeLessThan(60)
    }
    expect(new Set(all.map(([first]) => first)).size).toBe(29)
  })

  it('pastes no value into a command, may write nothing, and pins what it uses by commit', () => {
    const text = sentinelWorkflow(REPOSITORY)
    const commands = [...text.matchAll(/run: (.*)$/gm)].map(([, command]) => command)
    expect(commands).toEqual(['node .github/montana/sentinel.mjs watch'])
    expect(text).toContain('permissions:\n  contents: read\n')
    expect([...text.matchAll(/uses: \S+@(\S+)/g)].every(([, pin]) => /^[0-9a-f]{40}$/.test(pin ?? ''))).toBe(true)
    expect(text).toContain('persist-credentials: false')
  })

  it('is the same bytes each time', () => {
    expect(sentinelWorkflow(REPOSITORY)).toBe(sentinelWorkflow({ owner: 'Backup-Account', name: 'Orchestrator' }))
  })
})
