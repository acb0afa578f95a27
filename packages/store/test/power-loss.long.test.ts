// Five hundred of them.
import './power-loss.test.js'
