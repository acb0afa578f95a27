import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { publishedSchemas } from '../src/index.js'

const FOLDER = join(import.meta.dirname, '..', 'schema')
const schemas = publishedSchemas()

describe('published JSON Schemas', () => {
  it.each(Object.entries(schemas))('%s is that of the code', (name, schema) => {
    const published = readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')
    expect(JSON.parse(published), 'run: node soak/schema/write.mjs').toEqual(schema)
    expect(() => new Ajv2020({ validateFormats: false, allowUnionTypes: true }).compile(schema)).not.toThrow()
    expect(schema.title).toBe(name.replace('-', '/'))
  })

  it('are all of them', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.schema.json'))
    expect(files.sort()).toEqual(
      Object.keys(schemas)
        .map((name) => `${name}.schema.json`)
        .sort(),
    )
  })
})
