package models

import (
	"fmt"
	"math"
	"time"

	"github.com/funnelcloud/funnelcloud/models/quality"
)

// The rows of the tables of quality. A rate is five columns: of, total, value, low, high.

// peakRow is a row of table score_peaks.
type peakRow struct {
	UnitKind  string    `ch:"unit_kind"`
	UnitID    string    `ch:"unit_id"`
	Score     string    `ch:"score"`
	Threshold float64   `ch:"threshold"`
	ReachedAt time.Time `ch:"reached_at"`
}

// definitionRow is a row of table quality_definitions.
type definitionRow struct {
	UnitKind          string  `ch:"unit_kind"`
	HorizonDays       uint32  `ch:"horizon_days"`
	Definition        string  `ch:"definition"`
	Version           uint32  `ch:"version"`
	DefinitionHash    string  `ch:"definition_hash"`
	Route             string  `ch:"route"`
	Cohort            string  `ch:"cohort"`
	Units             uint64  `ch:"units"`
	Converted         uint64  `ch:"converted"`
	Flagged           uint64  `ch:"flagged"`
	Censored          uint64  `ch:"censored"`
	Late              uint64  `ch:"late"`
	Leaked            uint64  `ch:"leaked"`
	PrecisionOf       uint64  `ch:"precision_of"`
	PrecisionTotal    uint64  `ch:"precision_total"`
	Precision         float64 `ch:"precision"`
	PrecisionLow      float64 `ch:"precision_low"`
	PrecisionHigh     float64 `ch:"precision_high"`
	RecallOf          uint64  `ch:"recall_of"`
	RecallTotal       uint64  `ch:"recall_total"`
	Recall            float64 `ch:"recall"`
	RecallLow         float64 `ch:"recall_low"`
	RecallHigh        float64 `ch:"recall_high"`
	FlaggedShareOf    uint64  `ch:"flagged_share_of"`
	FlaggedShareTotal uint64  `ch:"flagged_share_total"`
	FlaggedShare      float64 `ch:"flagged_share"`
	FlaggedShareLow   float64 `ch:"flagged_share_low"`
	FlaggedShareHigh  float64 `ch:"flagged_share_high"`
	BaseRateOf        uint64  `ch:"base_rate_of"`
	BaseRateTotal     uint64  `ch:"base_rate_total"`
	BaseRate          float64 `ch:"base_rate"`
	BaseRateLow       float64 `ch:"base_rate_low"`
	BaseRateHigh      float64 `ch:"base_rate_high"`
	Lift              float64 `ch:"lift"`
	LiftLow           float64 `ch:"lift_low"`
	LiftHigh          float64 `ch:"lift_high"`
	MedianLeadDays    float64 `ch:"median_lead_days"`
	P90LeadDays       float64 `ch:"p90_lead_days"`
	Brier             float64 `ch:"brier"`
	BrierReference    float64 `ch:"brier_reference"`
	BrierUnits        uint64  `ch:"brier_units"`
}

// bandRow is a row of table quality_bands.
type bandRow struct {
	UnitKind       string  `ch:"unit_kind"`
	HorizonDays    uint32  `ch:"horizon_days"`
	Definition     string  `ch:"definition"`
	Version        uint32  `ch:"version"`
	DefinitionHash string  `ch:"definition_hash"`
	Route          string  `ch:"route"`
	Position       uint32  `ch:"position"`
	Band           string  `ch:"band"`
	Trained        uint64  `ch:"trained"`
	Forecast       float64 `ch:"forecast"`
	ObservedOf     uint64  `ch:"observed_of"`
	ObservedTotal  uint64  `ch:"observed_total"`
	Observed       float64 `ch:"observed"`
	ObservedLow    float64 `ch:"observed_low"`
	ObservedHigh   float64 `ch:"observed_high"`
}

// thresholdRow is a row of table quality_thresholds.
type thresholdRow struct {
	UnitKind     string  `ch:"unit_kind"`
	HorizonDays  uint32  `ch:"horizon_days"`
	Score        string  `ch:"score"`
	Threshold    float64 `ch:"threshold"`
	InUse        bool    `ch:"in_use"`
	Passed       uint64  `ch:"passed"`
	Missed       uint64  `ch:"missed"`
	WinRateOf    uint64  `ch:"win_rate_of"`
	WinRateTotal uint64  `ch:"win_rate_total"`
	WinRate      float64 `ch:"win_rate"`
	WinRateLow   float64 `ch:"win_rate_low"`
	WinRateHigh  float64 `ch:"win_rate_high"`
	RecallOf     uint64  `ch:"recall_of"`
	RecallTotal  uint64  `ch:"recall_total"`
	Recall       float64 `ch:"recall"`
	RecallLow    float64 `ch:"recall_low"`
	RecallHigh   float64 `ch:"recall_high"`
	FlaggedShare float64 `ch:"flagged_share"`
	Lift         float64 `ch:"lift"`
}

// outcomeRow is a row of table quality_routes.
type outcomeRow struct {
	UnitKind         string  `ch:"unit_kind"`
	HorizonDays      uint32  `ch:"horizon_days"`
	SubjectKind      string  `ch:"subject_kind"`
	Subject          string  `ch:"subject"`
	Version          uint32  `ch:"version"`
	DefinitionHash   string  `ch:"definition_hash"`
	Units            uint64  `ch:"units"`
	Customers        uint64  `ch:"customers"`
	WinRateOf        uint64  `ch:"win_rate_of"`
	WinRateTotal     uint64  `ch:"win_rate_total"`
	WinRate          float64 `ch:"win_rate"`
	WinRateLow       float64 `ch:"win_rate_low"`
	WinRateHigh      float64 `ch:"win_rate_high"`
	RetainedOf       uint64  `ch:"retained_of"`
	RetainedTotal    uint64  `ch:"retained_total"`
	Retained         float64 `ch:"retained"`
	RetainedLow      float64 `ch:"retained_low"`
	RetainedHigh     float64 `ch:"retained_high"`
	MonthlyRevenue   float64 `ch:"monthly_revenue"`
	CostPerWin       float64 `ch:"cost_per_win"`
	GrossMargin      float64 `ch:"gross_margin"`
	PaybackMonths    float64 `ch:"payback_months"`
	LifetimeMonths   float64 `ch:"lifetime_months"`
	LifetimeValue    float64 `ch:"lifetime_value"`
	CSAT             float64 `ch:"csat"`
	CSATAnswers      uint64  `ch:"csat_answers"`
	NPS              float64 `ch:"nps"`
	NPSAnswers       uint64  `ch:"nps_answers"`
	ESAT             float64 `ch:"esat"`
	ESATAnswers      uint64  `ch:"esat_answers"`
	Expected         float64 `ch:"expected"`
	Closed           float64 `ch:"closed"`
	ForecastAccuracy float64 `ch:"forecast_accuracy"`
}

// sideRow is a row of table quality_sides.
type sideRow struct {
	UnitKind     string  `ch:"unit_kind"`
	HorizonDays  uint32  `ch:"horizon_days"`
	SideA        string  `ch:"side_a"`
	SideB        string  `ch:"side_b"`
	Cell         string  `ch:"cell"`
	Units        uint64  `ch:"units"`
	WinRateOf    uint64  `ch:"win_rate_of"`
	WinRateTotal uint64  `ch:"win_rate_total"`
	WinRate      float64 `ch:"win_rate"`
	WinRateLow   float64 `ch:"win_rate_low"`
	WinRateHigh  float64 `ch:"win_rate_high"`
}

// ahaRow is a row of table aha.
type ahaRow struct {
	UnitKind      string  `ch:"unit_kind"`
	HorizonDays   uint32  `ch:"horizon_days"`
	Position      uint32  `ch:"position"`
	Behaviour     string  `ch:"behaviour"`
	Times         uint64  `ch:"times"`
	Days          uint32  `ch:"days"`
	TrainingUnits uint64  `ch:"training_units"`
	TrainingPhi   float64 `ch:"training_phi"`
	DidWon        uint64  `ch:"did_won"`
	DidNotWin     uint64  `ch:"did_not_win"`
	DidntWon      uint64  `ch:"didnt_won"`
	DidntNotWin   uint64  `ch:"didnt_not_win"`
	Phi           float64 `ch:"phi"`
	PhiLow        float64 `ch:"phi_low"`
	PhiHigh       float64 `ch:"phi_high"`
	PPV           float64 `ch:"ppv"`
	NPV           float64 `ch:"npv"`
	PValue        float64 `ch:"p_value"`
	PAdjusted     float64 `ch:"p_adjusted"`
	Holds         bool    `ch:"holds"`
}

// subject is what a row is about.
type subject struct {
	unitKind string
	horizon  uint32 // days
	quality.Definition
}

func describeMeasures(s subject, cohort string, m *quality.Measures) definitionRow {
	return definitionRow{
		UnitKind: s.unitKind, HorizonDays: s.horizon, Definition: s.Name, Version: s.Version, DefinitionHash: s.Hash, Route: s.Route, Cohort: cohort,
		Units: uint64(m.Units), Converted: uint64(m.Converted), Flagged: uint64(m.Flagged), Censored: uint64(m.Censored), Late: uint64(m.Late), Leaked: uint64(m.Leaked),
		PrecisionOf: uint64(m.Precision.Of), PrecisionTotal: uint64(m.Precision.Total), Precision: m.Precision.Value, PrecisionLow: m.Precision.Low, PrecisionHigh: m.Precision.High,
		RecallOf: uint64(m.Recall.Of), RecallTotal: uint64(m.Recall.Total), Recall: m.Recall.Value, RecallLow: m.Recall.Low, RecallHigh: m.Recall.High,
		FlaggedShareOf: uint64(m.FlaggedShare.Of), FlaggedShareTotal: uint64(m.FlaggedShare.Total), FlaggedShare: m.FlaggedShare.Value, FlaggedShareLow: m.FlaggedShare.Low, FlaggedShareHigh: m.FlaggedShare.High,
		BaseRateOf: uint64(m.BaseRate.Of), BaseRateTotal: uint64(m.BaseRate.Total), BaseRate: m.BaseRate.Value, BaseRateLow: m.BaseRate.Low, BaseRateHigh: m.BaseRate.High,
		Lift: m.Lift.Value, LiftLow: m.Lift.Low, LiftHigh: m.Lift.High, MedianLeadDays: m.MedianLead, P90LeadDays: m.P90Lead,
		Brier: m.Brier, BrierReference: m.BrierReference, BrierUnits: uint64(m.BrierUnits),
	}
}

func describeBand(s subject, position int, b *quality.Band) bandRow {
	return bandRow{
		UnitKind: s.unitKind, HorizonDays: s.horizon, Definition: s.Name, Version: s.Version, DefinitionHash: s.Hash, Route: s.Route,
		Position: uint32(position), Band: bandName(b), Trained: uint64(b.Trained), Forecast: b.Forecast,
		ObservedOf: uint64(b.Observed.Of), ObservedTotal: uint64(b.Observed.Total), Observed: b.Observed.Value, ObservedLow: b.Observed.Low, ObservedHigh: b.Observed.High,
	}
}

func bandName(b *quality.Band) string {
	switch {
	case !b.Flagged:
		return "not flagged"
	case math.IsInf(b.From, -1):
		return fmt.Sprintf("below %g", b.To)
	case math.IsInf(b.To, 1):
		return fmt.Sprintf("%g and more", b.From)
	default:
		return fmt.Sprintf("%g–%g", b.From, b.To)
	}
}

func describePoint(s subject, score string, inUse bool, p *quality.Point) thresholdRow {
	return thresholdRow{
		UnitKind: s.unitKind, HorizonDays: s.horizon, Score: score, Threshold: p.Threshold, InUse: inUse,
		Passed: uint64(p.Flagged), Missed: uint64(p.Missed), FlaggedShare: p.FlaggedShare.Value, Lift: p.Lift.Value,
		WinRateOf: uint64(p.Precision.Of), WinRateTotal: uint64(p.Precision.Total), WinRate: p.Precision.Value, WinRateLow: p.Precision.Low, WinRateHigh: p.Precision.High,
		RecallOf: uint64(p.Recall.Of), RecallTotal: uint64(p.Recall.Total), Recall: p.Recall.Value, RecallLow: p.Recall.Low, RecallHigh: p.Recall.High,
	}
}

func describeOutcome(s subject, kind string, o *quality.Outcome) outcomeRow {
	return outcomeRow{
		UnitKind: s.unitKind, HorizonDays: s.horizon, SubjectKind: kind, Subject: s.Name, Version: s.Version, DefinitionHash: s.Hash,
		Units: uint64(o.Units), Customers: uint64(o.Customers),
		WinRateOf: uint64(o.Won.Of), WinRateTotal: uint64(o.Won.Total), WinRate: o.Won.Value, WinRateLow: o.Won.Low, WinRateHigh: o.Won.High,
		RetainedOf: uint64(o.Retained.Of), RetainedTotal: uint64(o.Retained.Total), Retained: o.Retained.Value, RetainedLow: o.Retained.Low, RetainedHigh: o.Retained.High,
		MonthlyRevenue: o.MonthlyRevenue, CostPerWin: o.CostPerWin, GrossMargin: o.GrossMargin, PaybackMonths: o.PaybackMonths,
		LifetimeMonths: o.LifetimeMonths, LifetimeValue: o.LifetimeValue,
		CSAT: o.CSAT, CSATAnswers: uint64(o.CSATAnswers), NPS: o.NPS, NPSAnswers: uint64(o.NPSAnswers),
		Expected: o.Expected, Closed: o.Closed, ForecastAccuracy: o.ForecastAccuracy,
	}
}

func describeSides(s subject, c *quality.Comparison) []sideRow {
	rows := make([]sideRow, len(c.Cells))
	for i := range c.Cells {
		cell := &c.Cells[i]
		rows[i] = sideRow{
			UnitKind: s.unitKind, HorizonDays: s.horizon, SideA: c.A, SideB: c.B, Cell: cell.Cell, Units: uint64(cell.Units),
			WinRateOf: uint64(cell.Rate.Of), WinRateTotal: uint64(cell.Rate.Total), WinRate: cell.Rate.Value, WinRateLow: cell.Rate.Low, WinRateHigh: cell.Rate.High,
		}
	}
	return rows
}

func describeAha(s subject, position int, a *quality.Aha) ahaRow {
	h := &a.HoldOut
	return ahaRow{
		UnitKind: s.unitKind, HorizonDays: s.horizon, Position: uint32(position), Behaviour: a.Behaviour, Times: a.Count, Days: a.Days,
		TrainingUnits: uint64(a.Training.N()), TrainingPhi: a.Training.Phi,
		DidWon: uint64(h.DidConverted), DidNotWin: uint64(h.DidNot), DidntWon: uint64(h.DidntConverted), DidntNotWin: uint64(h.DidntNot),
		Phi: h.Phi, PhiLow: h.Low, PhiHigh: h.High, PPV: h.PPV.Value, NPV: h.NPV.Value,
		PValue: h.P, PAdjusted: a.Adjusted, Holds: a.Holds(),
	}
}
