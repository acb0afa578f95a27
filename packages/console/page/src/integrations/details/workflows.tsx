import { Mark } from '../../parts/mark.js'
import type { MirrorDetail } from '../types.js'
import { workflowRows } from '../words.js'
import { Section } from './section.js'

/** Which of them should run there, and which do. */
export function Workflows({ detail: { type, layers } }: { detail: MirrorDetail }) {
  const rows = workflowRows(layers.workflows)
  if (type === 'git') return null
  return (
    <Section title="Workflows">
      {rows.length === 0 && <p>Nobody has looked yet.</p>}
      {rows.length > 0 && (
        <table class="plain" data-table="workflows">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Expected</th>
              <th scope="col">Actual</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ file, expected, actual, isMet }) => (
              <tr key={file}>
                <th scope="row">
                  <code>{file}</code>
                </th>
                <td>{expected}</td>
                <td>
                  <Mark tone={isMet ? 'good' : 'bad'}>{actual}</Mark>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}
