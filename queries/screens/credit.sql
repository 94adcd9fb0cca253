-- Share of the conversions each channel is credited with, by model, beside the truth where the company is simulated.
WITH
    credited AS
    (
        SELECT channel, model, sum(weight) AS conversions
        FROM attribution_ledger
        WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String} AND channel != '(unattributed)'
          AND (model IN ('first', 'last', 'last_non_direct', 'linear', 'time_decay', 'u_shaped') OR startsWith(model, 'markov'))
        GROUP BY channel, model
    ),
    shares AS
    (
        SELECT channel, model, conversions / sum(conversions) OVER (PARTITION BY model) AS share
        FROM credited
    ),
    truth AS
    (
        SELECT channel, true_share
        FROM simulation_truth FINAL
        WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String} AND channel != '(baseline)'
    )
SELECT
    if(s.channel != '', s.channel, t.channel) AS channel,
    s.first AS first, s.last AS last, s.last_non_direct AS last_non_direct, s.linear AS linear,
    s.time_decay AS time_decay, s.u_shaped AS u_shaped, s.markov AS markov, t.true_share AS truth
FROM
(
    SELECT
        channel,
        sumIf(share, model = 'first') AS first,
        sumIf(share, model = 'last') AS last,
        sumIf(share, model = 'last_non_direct') AS last_non_direct,
        sumIf(share, model = 'linear') AS linear,
        sumIf(share, model = 'time_decay') AS time_decay,
        sumIf(share, model = 'u_shaped') AS u_shaped,
        sumIf(share, startsWith(model, 'markov')) AS markov
    FROM shares
    GROUP BY channel
) AS s
FULL JOIN truth AS t ON t.channel = s.channel
ORDER BY greatest(s.markov, t.true_share) DESC, channel
