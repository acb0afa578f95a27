// As much of OpenAPI 3.1 as the console writes.

export interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly default?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
}

interface Content {
  readonly content?: { readonly 'application/json'?: { readonly schema: Schema } }
}

export interface Operation {
  readonly summary: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: Content
  readonly security?: readonly unknown[]
  readonly responses: Readonly<Record<string, Content>>
}

export interface OpenApi {
  readonly info: { readonly title: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

export function schemaOf(content: Content | undefined): Schema | undefined {
  return content?.content?.['application/json']?.schema
}

/** What a schema allows, in a few words. */
export function typeWords({ type, enum: values, const: only, anyOf, oneOf, items, format }: Schema): string {
  if (only !== undefined) return JSON.stringify(only)
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ')
  const choices = anyOf ?? oneOf
  if (choices) return [...new Set(choices.map(typeWords))].join(' | ')
  if (type === 'array') return items ? `list of ${typeWords(items)}` : 'list'
  return format === 'date-time' ? 'time' : [type ?? 'any'].flat().join(' | ')
}

/** The parts of a schema that have names: its own, of its entries, or of its choice that is not null. */
export function membersOf(schema: Schema): readonly (readonly [name: string, schema: Schema, isRequired: boolean])[] {
  const { properties, required = [], items, anyOf, oneOf } = schema
  if (properties) return Object.entries(properties).map(([name, one]) => [name, one, required.includes(name)])
  if (items) return membersOf(items)
  return (anyOf ?? oneOf ?? []).flatMap(membersOf)
}
