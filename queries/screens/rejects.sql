-- Why messages were refused.
SELECT reason, count() AS messages, any(substring(detail, 1, 60)) AS example
FROM dead_letters
GROUP BY reason
ORDER BY messages DESC, reason
