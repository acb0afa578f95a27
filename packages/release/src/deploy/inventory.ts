import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { errorMessage } from '@montana/foundation'
import { parse } from 'yaml'
import { z } from 'zod'
import { RefusalError } from '../errors.js'
import { SERVICE_KINDS, type ServiceKind } from '../services/types.js'

/** Neither an option nor a second argument of ssh. */
const addressField = z.string().regex(/^[A-Za-z0-9:][A-Za-z0-9.:_-]{0,254}$/, 'is not the name or address of a host')
const userField = z.string().regex(/^[A-Za-z_][A-Za-z0-9._-]{0,63}$/, 'is not the name of an account')
/** ssh reads quotes, and replaces variables, in the names of files. */
const pathField = z.string().regex(/^[^"\\$\p{Cc}]{1,4096}$/u, 'is a path with quotes, backslashes or dollar signs')
const rootField = z.string().regex(/^\/[^\p{Cc}]{0,1024}$/u, 'is not an absolute path')

/** Where a failover agent tells about itself unless its configuration says otherwise. */
const FAILOVER_URL = 'http://127.0.0.1:8889'

const accessForm = z.strictObject({
  user: userField.optional(),
  port: z.int().min(1).max(65_535).optional(),
  /** Private key; it is named, never passed. */
  key_file: pathField.optional(),
  /** File that pins the keys of the hosts; an unknown key is refused. */
  known_hosts: pathField.optional(),
  /** Commands run by `sudo -n`. */
  sudo: z.boolean().optional(),
  /** Prefix of all paths on the host. */
  root: rootField.optional(),
  services: z.enum(SERVICE_KINDS).optional(),
  /** For the node of a host to be ready after its restart, seconds. */
  wait_s: z.int().min(1).max(3_600).optional(),
  /** Status endpoint of the failover agent, as the host itself reaches it. */
  failover_url: z.url({ protocol: /^http$/ }).optional(),
})
const inventoryForm = z.strictObject({
  schema: z.literal('montana.inventory/1').optional(),
  defaults: accessForm.optional(),
  hosts: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/),
        address: addressField,
        ...accessForm.shape,
      }),
    )
    .min(1)
    .max(256),
})

type Access = z.infer<typeof accessForm>

/** One host as it is reached; none of this is a secret. The fields are those of the file. */
export interface InventoryHost {
  readonly name: string
  readonly address: string
  readonly user: string
  readonly port: number
  readonly key_file: string
  readonly known_hosts: string
  readonly sudo: boolean
  readonly root: string
  /** Undefined: as the host finds. */
  readonly services: ServiceKind | undefined
  readonly wait_s: number
  readonly failover_url: string
}

/** In their order. Throws {@link RefusalError} (78) that names the field. File names are relative to the inventory. */
export async function readInventory(file: string): Promise<InventoryHost[]> {
  const parsed = inventoryForm.safeParse(await readYaml(file))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw refused(issue?.path.join('.') ?? '', issue?.message ?? 'is not an inventory')
  }
  const { defaults = {}, hosts } = parsed.data
  const folder = dirname(resolve(file))
  const names = new Set<string>()
  return hosts.map(({ name, address, ...own }, index) => {
    if (names.has(name)) throw refused(`hosts.${index}.name`, `${name} stands twice`)
    names.add(name)
    return { name, address, ...accessOf({ ...defaults, ...own }, index, folder) }
  })
}

function accessOf(access: Access, index: number, folder: string): Omit<InventoryHost, 'name' | 'address'> {
  const { key_file, known_hosts, user = 'root', port = 22, sudo = false, root = '/', wait_s = 60, services } = access
  if (key_file === undefined) throw refused(`hosts.${index}.key_file`, 'is missing')
  if (known_hosts === undefined)
    throw refused(`hosts.${index}.known_hosts`, 'is missing: keys of hosts are always pinned')
  const files = { key_file: at(folder, key_file), known_hosts: at(folder, known_hosts) }
  return { ...files, user, port, sudo, root, wait_s, services, failover_url: access.failover_url ?? FAILOVER_URL }
}

const at = (folder: string, path: string) => (isAbsolute(path) ? path : join(folder, path))

async function readYaml(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw refused('inventory', `${file}: ${errorMessage(cause)}`)
  }
}

function refused(field: string, fault: string): RefusalError {
  const remedy = 'correct the inventory; docs/release.md shows one'
  return new RefusalError('INVENTORY_INVALID', `inventory: ${field} ${fault}`, { field, remedy })
}
