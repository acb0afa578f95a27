// At every call, and of every kind.
import './power-loss.test.js'
