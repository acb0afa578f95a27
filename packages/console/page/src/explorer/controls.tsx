import type { WindowView } from '../../../src/api/explorer-views.js'
import { shortHash } from '../data/format.js'
import { Panel } from '../parts/panel.js'
import { accountHref } from './route.js'

/** Registrations that this window carries. */
export function Controls({ control }: { control: WindowView['control'] }) {
  return (
    <Panel id="control" title={`Registrations ${control.length}`} aside="of candidates who have done their work">
      <div class="scroll">
        <table class="ledger">
          <thead>
            <tr>
              <th scope="col">Node id</th>
              <th scope="col">Account</th>
              <th scope="col" class="num">
                Work from
              </th>
              <th scope="col" class="num">
                Windows of work
              </th>
              <th scope="col">Hash</th>
            </tr>
          </thead>
          <tbody>
            {control.map((one) => (
              <tr key={one.hash} data-control={one.node_id}>
                <th scope="row">
                  <code>{shortHash(one.node_id)}</code>
                </th>
                <td data-name="Account">
                  <a href={accountHref(one.operator_account_id)}>
                    <code>{shortHash(one.operator_account_id)}</code>
                  </a>
                </td>
                <td data-name="Work from" class="num">
                  {one.w_start}
                </td>
                <td data-name="Windows of work" class="num">
                  {one.vdf_chain_length}
                </td>
                <td data-name="Hash">
                  <code>{shortHash(one.hash)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
