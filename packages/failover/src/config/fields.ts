import { isIP } from 'node:net'
import { z } from 'zod'

/**
 * Leaves of the configuration. The error text of a leaf says what it must be, as a noun: {@link problemsOf} makes the
 * sentence. An object's error text is the list of its keys, for the nearest one.
 */
export const KEY_SEPARATOR = ', '

export function leaf<T>(what: string, accepts: (value: unknown) => boolean) {
  return z.custom<T>(accepts, { error: what })
}

/** An object in which an unknown key is refused. */
export function strict<Shape extends z.core.$ZodLooseShape>(what: string, shape: Shape) {
  const keys = Object.keys(shape).join(KEY_SEPARATOR)
  return z.strictObject(shape, { error: ({ code }) => (code === 'unrecognized_keys' ? keys : what) })
}

export function list<Item extends z.ZodType>(what: string, item: Item, min: number, max: number) {
  const error = `a list of ${min} to ${max} ${what}`
  return z.array(item, { error }).min(min, { error }).max(max, { error })
}

/** The schema depends on the form of the value. */
export function either<Schema extends z.ZodType>(pick: (value: unknown) => Schema) {
  return z.unknown().transform((value, context): z.output<Schema> => {
    const result = pick(value).safeParse(value, { reportInput: true })
    if (result.success) return result.data
    for (const issue of result.error.issues) context.addIssue({ ...issue })
    return z.NEVER
  })
}

export function integer(what: string, min: number, max: number) {
  const accepts = (value: unknown) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max
  return leaf<number>(`a whole number${what} from ${min} to ${max}`, accepts)
}

export const ms = (min: number, max: number) => integer(' of milliseconds', min, max)
export const seconds = (min: number, max: number) => integer(' of seconds', min, max)

export function text(what: string, pattern: RegExp) {
  return leaf<string>(what, (value) => typeof value === 'string' && pattern.test(value))
}

export function choice<const Values extends readonly string[]>(...values: Values) {
  const what = `one of ${values.join(', ')}`
  return leaf<Values[number]>(what, (value) => typeof value === 'string' && values.includes(value))
}

export const flag = leaf<boolean>('true or false', (value) => typeof value === 'boolean')
export const NAME = /^[a-z0-9-]{1,32}$/
export const NAME_TEXT = 'a name of 1 to 32 of a to z, 0 to 9 and -'
export const name = text(NAME_TEXT, NAME)
export const port = integer('', 1, 65_535)
/** Port of a listener; 0 is any free one. */
export const listenPort = integer('', 0, 65_535)
export const path = leaf<string>('a path', isArgument)
export const unit = text('the name of a systemd unit that ends in .service', /^[A-Za-z0-9@:_.\\-]{1,247}\.service$/)
export const domainName = text('a DNS name', /^(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}$/)
export const ref = text('a git ref below refs/', /^refs\/(?!.*(\.\.|\/\/|\.lock$|\/$))[A-Za-z0-9._/-]{1,200}$/)
export const remote = text('the name of a git remote', /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
/** No resolver is asked, neither for one's own name nor for a peer. */
export const address = leaf<string>('an IP address', (value) => typeof value === 'string' && isIP(value) !== 0)
export const url = leaf<string>('an http or https address without user and password', isPlainUrl)
export const argv = list('words, program first', leaf<string>('a word', isArgument), 1, 64)

/** NUL is the only character that neither a path nor an argument can hold. */
function isArgument(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= 4096 && !value.includes('\0')
}

function isPlainUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, username, password } = new URL(value)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}
