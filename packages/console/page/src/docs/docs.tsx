import { useEffect, useState } from 'preact/hooks'
import { getJson, type Refusal } from '../data/api.js'
import { Empty, Panel } from '../parts/panel.js'
import { Refused } from '../parts/refusal.js'
import {
  choicesOf,
  mediaOf,
  membersOf,
  type OpenApi,
  type Operation,
  type Parameter,
  type Schema,
  schemaOf,
  typeWords,
} from './document.js'

/** What the console answers, made from the schemas that check it. */
export function Docs() {
  const [document, setDocument] = useState<OpenApi | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  useEffect(() => {
    void getJson<OpenApi>('/api/openapi.json').then((reply) => {
      if (reply.ok) setDocument(reply.data)
      else setRefusal(reply.refusal)
    })
  }, [])
  return (
    <>
      <header class="top">
        <div class="top-row">
          <h1>Montana console: API</h1>
          <a class="docs-back" href="/">
            to the console
          </a>
        </div>
      </header>
      <main>
        <Refused refusal={refusal} />
        {document ? (
          <Paths document={document} />
        ) : (
          !refusal && <Empty title="Reading the description">A moment.</Empty>
        )}
      </main>
    </>
  )
}

function Paths({ document: { info, paths } }: { document: OpenApi }) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ id: `${method} ${path}`, method, path, operation })),
  )
  return (
    <div class="view">
      <p class="docs-intro">
        {info.description} Every refusal is <code>{'{"error": {"code", "message", "remedy", "field"?}}'}</code>; what
        changes something needs <code>POST</code>, the token and JSON. The same as data:{' '}
        <a href="/api/openapi.json">openapi.json</a>
      </p>
      {operations.map(({ id, method, path, operation }) => (
        <OperationPanel key={id} method={method} path={path} operation={operation} />
      ))}
    </div>
  )
}

interface OperationProps {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

function OperationPanel({ method, path, operation }: OperationProps) {
  const { summary, parameters, requestBody, security, responses } = operation
  const body = schemaOf(requestBody)
  const [answer, begun, media] = [schemaOf(responses[200]), schemaOf(responses[202]), mediaOf(responses[200])]
  return (
    <Panel
      id={`${method}${path.replace(/\W+/g, '-')}`}
      title={`${method.toUpperCase()} ${path}`}
      aside={security && 'needs the token'}
    >
      <p>{summary}</p>
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      {body && <Shape name="Body" schema={body} />}
      {answer && <Shape name="Answer" schema={answer} />}
      {begun && <Shape name="Answer with status 202: it goes on" schema={begun} />}
      {media && (
        <p>
          Answer: <code>{media}</code>
        </p>
      )}
    </Panel>
  )
}

function Parameters({ parameters }: { parameters: readonly Parameter[] }) {
  return (
    <ul class="docs-members">
      {parameters.map(({ name, in: where, required, schema, description }) => (
        <li key={name}>
          <code>{name}</code>{' '}
          <span class="docs-type">
            {typeWords(schema)} in the {where}
          </span>
          {!required && <span class="docs-type"> optional</span>} {description}
        </li>
      ))}
    </ul>
  )
}

function Shape({ name, schema }: { name: string; schema: Schema }) {
  return (
    <details class="docs-shape">
      <summary>{name}</summary>
      {schema.description && <p>{schema.description}</p>}
      <Members schema={schema} />
    </details>
  )
}

/** Each shape for itself, where there are several. */
function Members({ schema }: { schema: Schema }) {
  const choices = choicesOf(schema)
  if (choices.length < 2) return <OwnMembers schema={schema} />
  return (
    <>
      {choices.map((one, at) => (
        <div key={at}>
          <p class="docs-choice">{at === 0 ? 'either' : 'or'}</p>
          <OwnMembers schema={one} />
        </div>
      ))}
    </>
  )
}

function OwnMembers({ schema }: { schema: Schema }) {
  const members = membersOf(schema)
  if (members.length === 0) return <p class="docs-type">{typeWords(schema)}</p>
  return (
    <ul class="docs-members">
      {members.map(([name, one, isRequired]) => (
        <li key={name}>
          <code>{name}</code> <span class="docs-type">{typeWords(one)}</span>
          {!isRequired && <span class="docs-type"> optional</span>} {one.description}
          {membersOf(one).length > 0 && <Members schema={one} />}
        </li>
      ))}
    </ul>
  )
}
