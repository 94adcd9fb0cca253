package chdb

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Exception is an error of ClickHouse's. Text is ClickHouse's whole line
// ("Code: 62. DB::Exception: … (SYNTAX_ERROR)"), which clients parse.
type Exception struct {
	Code int
	Text string
}

func (e *Exception) Error() string { return e.Text }

func exception(code int, name, format string, args ...any) *Exception {
	return &Exception{Code: code, Text: fmt.Sprintf("Code: %d. DB::Exception: %s (%s)", code, fmt.Sprintf(format, args...), name)}
}

var exceptionCode = regexp.MustCompile(`Code: (\d+)`)

// parseException turns the engine's message into an *Exception; "" is nil.
func parseException(text string) error {
	if text == "" {
		return nil
	}
	text = strings.TrimSpace(text)
	m := exceptionCode.FindStringSubmatch(text)
	if m == nil {
		return exception(codeUnknownException, "UNKNOWN_EXCEPTION", "%s", text)
	}
	code, err := strconv.Atoi(m[1])
	if err != nil {
		code = codeUnknownException
	}
	return &Exception{Code: code, Text: text}
}

// Codes that this package raises itself or treats apart; the names are
// ClickHouse's, from ErrorCodes.cpp.
const (
	codeSyntaxError       = 62
	codeUnknownFormat     = 73
	codeBadArguments      = 36
	codeUnknownSetting    = 115
	codeReadonly          = 164
	codeSessionNotFound   = 372
	codeSessionIsLocked   = 373
	codeQueryWasCancelled = 394
	codeAuthentication    = 516
	codeUnknownException  = 1002
	codeLogicalError      = 49
	codeNoFreeConnection  = 203
	codeCannotDecompress  = 271
)

// status is the HTTP status of an error, as ClickHouse's HTTP handler maps it.
func status(err error) int {
	var e *Exception
	if !errors.As(err, &e) {
		return http.StatusInternalServerError
	}
	if s, ok := statusOf[e.Code]; ok {
		return s
	}
	return http.StatusInternalServerError
}

var statusOf = map[int]int{
	516: http.StatusForbidden, 62: http.StatusBadRequest, 60: http.StatusNotFound, 81: http.StatusNotFound,
	115: http.StatusNotFound, 47: http.StatusNotFound, 46: http.StatusNotFound, 73: http.StatusNotFound,
}
