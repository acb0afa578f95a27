import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { errorSchema } from '../src/api/schema/error.js'
import { featuresSchema } from '../src/api/schema/features.js'
import { meshSchema } from '../src/api/schema/mesh.js'
import { soakSchema, soakTickSchema } from '../src/api/schema/soak.js'
import { addMutation } from '../src/http/mutation.js'
import { ask, served, started, tempFolder } from './support/console.js'
import { line } from './support/records.js'

interface Operation {
  readonly summary: string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly security?: unknown
  readonly requestBody?: unknown
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: object }> }>
}

async function pathsOf(url: string): Promise<Record<string, Record<string, Operation>>> {
  return (
    JSON.parse((await ask(`${url}/api/openapi.json`)).text) as { paths: Record<string, Record<string, Operation>> }
  ).paths
}

describe('what is documented', () => {
  it('is every route of the API, with a summary, its fields and its answer', async () => {
    const { url } = await started()
    const paths = await pathsOf(url)
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/mesh', '/api/soak', '/api/features', '/api/events']),
    )
    const summaries = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ summary }) => summary))
    expect(summaries.every((summary) => summary.length > 0)).toBe(true)
    expect(paths['/api/soak']?.get?.parameters).toMatchObject([{ name: 'limit', in: 'query', required: false }])
    expect(paths['/api/mesh']?.get?.responses['200']?.content?.['application/json']?.schema).toHaveProperty(
      'properties.nodes',
    )
    expect(paths['/api/mesh']?.get?.responses['4XX']?.content?.['application/json']?.schema).toHaveProperty(
      'properties.error',
    )
  })

  it('is also what changes something: its body, and that it needs the token', async () => {
    const schema = z.strictObject({ reason: z.string() })
    const token = 'a-token-of-more-than-24-characters'
    const { url } = await started({
      mirrors: async (app) =>
        addMutation(app, token, {
          ...{ url: '/api/things/:id', summary: 'moves a thing', params: z.strictObject({ id: z.string() }), schema },
          run: async () => ({}),
        }),
    })
    const paths = await pathsOf(url)
    expect(Object.keys(paths['/api/things/{id}'] ?? {})).toEqual(['post'])
    expect(paths['/api/things/{id}']?.post).toMatchObject({ summary: 'moves a thing', security: [{ token: [] }] })
    expect(JSON.stringify(paths['/api/things/{id}']?.post?.requestBody)).toContain('"reason"')
  })

  it('is what is answered: strictly, field by field', async () => {
    const soakPath = join(tempFolder(), 'soak.jsonl')
    appendFileSync(soakPath, line({ seq: 0 }) + line({ seq: 1 }))
    const { source } = await served('moscow')
    const gone = { label: 'gone', statusUrl: 'http://127.0.0.1:9' }
    const { url } = await started({ nodes: [source, gone], soakPath })
    const answers = [
      ['/api/mesh', meshSchema],
      ['/api/soak', soakSchema],
      ['/api/features', featuresSchema],
      ['/api/nothing', errorSchema],
      ['/api/soak?limit=0', errorSchema],
    ] as const
    for (const [path, schema] of answers) {
      const { error } = (schema as z.ZodType).safeParse(JSON.parse((await ask(url + path)).text))
      expect(error && z.prettifyError(error), path).toBeUndefined()
    }
    expect(soakTickSchema.safeParse({ seq: 1, report: null }).success).toBe(true)
  })
})
