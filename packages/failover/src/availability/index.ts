export {
  type Availability,
  type AvailabilityInput,
  type AvailabilityTerm,
  availability,
  SECONDS_PER_YEAR,
} from './availability.js'
export { type Structure, structures } from './structures.js'
