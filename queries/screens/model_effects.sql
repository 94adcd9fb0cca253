-- Shares of the whole history with intervals that hold the fit too, and removal effects.
SELECT toString(model) AS model, toString(channel) AS channel, removal_effect, low, high
FROM attribution_effects
WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
ORDER BY model, channel
