import { useEffect, useState } from 'preact/hooks'
import type { AccountView } from '../../../src/api/explorer-views.js'
import { type AccountCheck, checkAccount } from './proof.js'

/** `insecure`: the browser hashes nothing for this page, which it does on loopback and over TLS only. */
export type Check = AccountCheck | { readonly isProven: false; readonly fault: 'insecure' }

/** Of what was said last; null while that is being checked for the first time. */
export function useCheck(view: AccountView, id: string): Check | null {
  const [check, setCheck] = useState<Check | null>(null)
  useEffect(() => {
    let isOver = false
    void checked(view, id).then((found) => {
      if (!isOver) setCheck(found)
    })
    return () => {
      isOver = true
    }
  }, [view, id])
  return check
}

async function checked(view: AccountView, id: string): Promise<Check> {
  return 'subtle' in crypto ? await checkAccount(view, id) : { isProven: false, fault: 'insecure' }
}
