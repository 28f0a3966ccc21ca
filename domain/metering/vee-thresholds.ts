/** Thresholds turned once into the numbers a channel's intervals are compared with, so that validating a day converts nothing. */
import type { Channel } from "./channel.ts";
import { isUse, timesRatio, multiplierRatio, UNITS, type Milli } from "./units.ts";
import { amountFor, type VeeParameters } from "./vee-parameters.ts";

/** All amounts in thousandths of the channel's unit before the multiplier; a count of slots 0 means the check is off. */
export interface ChannelThresholds {
  /** The channel counts usage (volume, energy, heat) and not a rate such as kW. */
  readonly countsUsage: boolean;
  /** It counts what is billed as use, and not reactive or apparent energy beside it. */
  readonly isUse: boolean;
  readonly slotsPerHour: number;
  readonly failGapSlots: number;
  readonly tamperFailSlots: number;
  readonly spikeMinimum: Milli;
  readonly excessPerDay: Milli;
  readonly stuckSlots: number;
  readonly stuckMinimum: Milli;
  readonly leakSlots: number;
  readonly leakMinimum: Milli;
  readonly burstSlots: number;
  readonly burstMinimum: Milli;
  readonly freezeSlots: number;
  readonly freezeUsual: Milli;
  /** After the multiplier: `dialUnits` of the register × multiplier. */
  readonly sumTolerance: Milli;
  readonly inactivePerDay: Milli;
  readonly backflowPerDay: Milli;
  readonly reactivePerDay: Milli;
}

const known = new WeakMap<VeeParameters, WeakMap<Channel, ChannelThresholds>>();

/** The thresholds of one channel; remembered for as long as the parameters and the channel are. */
export function thresholdsFor(parameters: VeeParameters, channel: Channel): ChannelThresholds {
  let ofParameters = known.get(parameters);
  if (ofParameters === undefined) known.set(parameters, (ofParameters = new WeakMap()));
  let thresholds = ofParameters.get(channel);
  if (thresholds === undefined) ofParameters.set(channel, (thresholds = compile(parameters, channel)));
  return thresholds;
}

/** Above any interval: a check that is off costs nothing. */
const OFF = 2_147_483_648;

const USAGE_DIMENSIONS = new Set(["volume", "energy", "heat", "reactive-energy", "apparent-energy"]);

function compile(parameters: VeeParameters, channel: Channel): ChannelThresholds {
  const slotsPerHour = channel.stepMinutes ? 60 / channel.stepMinutes : 1;
  const perSlot = (perHour: number): Milli => Math.round(amountFor(perHour, channel) / slotsPerHour);
  const slots = (hours: number): number => hours * slotsPerHour;
  const { missing, tamper, spike, highLow, stuck, leak, burst, freeze, sumCheck, inactive, backflow, reactive } = parameters;
  return {
    isUse: isUse(channel.unit),
    countsUsage: USAGE_DIMENSIONS.has(UNITS[channel.unit].dimension),
    slotsPerHour,
    failGapSlots: Math.floor((missing.failGapMinutes * slotsPerHour) / 60),
    tamperFailSlots: slots(tamper.failHours),
    spikeMinimum: perSlot(spike.minimumPerHour),
    excessPerDay: amountFor(highLow.minimumExcessPerDay, channel),
    stuckSlots: slots(stuck.hours),
    stuckMinimum: Math.max(1, perSlot(stuck.minimumPerHour)),
    leakSlots: slots(leak.hours),
    leakMinimum: leak.hours === 0 && burst.hours === 0 ? OFF : Math.max(1, perSlot(leak.hours === 0 ? burst.perHour : leak.perHour)),
    burstSlots: slots(burst.hours),
    burstMinimum: burst.hours === 0 ? OFF : Math.max(1, perSlot(burst.perHour)),
    freezeSlots: slots(freeze.hours),
    freezeUsual: amountFor(freeze.usualPerDay, channel),
    sumTolerance: timesRatio(Math.round(sumCheck.dialUnits * 1000), multiplierRatio(channel.multiplier)),
    inactivePerDay: amountFor(inactive.perDay, channel),
    backflowPerDay: amountFor(backflow.perDay, channel),
    reactivePerDay: amountFor(reactive.perDay, channel),
  };
}
