export { errorSchema } from '@montana/http'
