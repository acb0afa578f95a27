/** Where an installed host keeps what belongs to its fleet: spec operations 1. */
export const DEFAULT_FLEET_CONFIG = '/etc/montana/fleet.yaml'
export const DEFAULT_FLEET_STATE = '/var/lib/montana-fleet'
export const DEFAULT_OPERATORS = '/etc/montana/operators.json'
