-- What a customer brings until it leaves, beside what it cost to win.
ALTER TABLE quality_routes_by_run
    ADD COLUMN IF NOT EXISTS lifetime_months Float64
        COMMENT 'Months that customers were observed, by customer who left; 0 while nobody has left' AFTER payback_months,
    ADD COLUMN IF NOT EXISTS lifetime_value Float64
        COMMENT 'monthly_revenue × gross_margin × lifetime_months; 0 when unknown' AFTER lifetime_months;

CREATE OR REPLACE VIEW quality_routes AS
SELECT * FROM quality_routes_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What becomes of the units of each route and definition: wins, retention, money, satisfaction';
