# The peer of bench's part "attribution": ChannelAttribution's markov_model on the same journeys, with the settings that
# make it fastest. Usage: python3 attribution.py journeys.csv. Prints the seconds of the model and of the whole process.
import sys
import time

began = time.perf_counter()
import pandas  # noqa: E402
import ChannelAttribution  # noqa: E402

data = pandas.read_csv(sys.argv[1])
model = time.perf_counter()
ChannelAttribution.markov_model(
    data, "path", "conversions", var_null="nulls", order=1, nsim_start=100000, max_step=None, ncore=2,
    nfold=1, seed=1, conv_par=0.05, rate_step_sim=1.5, verbose=False)
end = time.perf_counter()
print(end - model, end - began)
