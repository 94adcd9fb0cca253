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

// errorCode is a number and a name of ClickHouse's ErrorCodes.cpp.
type errorCode struct {
	number int
	name   string
}

// The errors that this package raises itself. All others are the engine's.
var (
	badArguments     = errorCode{36, "BAD_ARGUMENTS"}
	notImplemented   = errorCode{48, "NOT_IMPLEMENTED"}
	syntaxError      = errorCode{62, "SYNTAX_ERROR"}
	unknownFormat    = errorCode{73, "UNKNOWN_FORMAT"}
	unknownSetting   = errorCode{115, "UNKNOWN_SETTING"}
	readonlyMode     = errorCode{164, "READONLY"}
	networkError     = errorCode{210, "NETWORK_ERROR"}
	sameQueryID      = errorCode{216, "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING"}
	aborted          = errorCode{236, "ABORTED"}
	cannotDecompress = errorCode{271, "CANNOT_DECOMPRESS"}
	noOutfile        = errorCode{358, "INTO_OUTFILE_NOT_ALLOWED"}
	sessionNotFound  = errorCode{372, "SESSION_NOT_FOUND"}
	sessionIsLocked  = errorCode{373, "SESSION_IS_LOCKED"}
	sessionTimeout   = errorCode{374, "INVALID_SESSION_TIMEOUT"}
	queryCancelled   = errorCode{394, "QUERY_WAS_CANCELLED"}
	unauthenticated  = errorCode{516, "AUTHENTICATION_FAILED"}
	unknownException = errorCode{1002, "UNKNOWN_EXCEPTION"}
)

func exception(c errorCode, format string, args ...any) *Exception {
	return &Exception{c.number, fmt.Sprintf("Code: %d. DB::Exception: %s (%s)", c.number, fmt.Sprintf(format, args...), c.name)}
}

var codeInText = regexp.MustCompile(`Code: (\d+)`)

// parseException turns the engine's message into an *Exception; "" is nil.
func parseException(text string) error {
	if text == "" {
		return nil
	}
	text = strings.TrimSpace(text)
	m := codeInText.FindStringSubmatch(text)
	if m == nil {
		return exception(unknownException, "%s", text)
	}
	code, err := strconv.Atoi(m[1])
	if err != nil {
		code = unknownException.number
	}
	return &Exception{Code: code, Text: text}
}

// asException gives any error a code of ClickHouse's.
func asException(err error) *Exception {
	var e *Exception
	if errors.As(err, &e) {
		return e
	}
	return exception(unknownException, "%v", err)
}

// status is the HTTP status of an exception, as ClickHouse's own handler maps
// it (src/Server/HTTP/exceptionCodeToHTTPStatus.cpp).
func (e *Exception) status() int {
	if s, ok := statusOf[e.Code]; ok {
		return s
	}
	return http.StatusInternalServerError
}

var statusOf = func() map[int]int {
	m := map[int]int{}
	for status, codes := range map[int][]int{
		http.StatusUnauthorized: {194},
		http.StatusForbidden:    {192, 193, 497, 512, 516},
		http.StatusBadRequest: {6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321,
			376, 427, 441, 675, 676},
		http.StatusNotFound:              {46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511},
		http.StatusRequestTimeout:        {159},
		http.StatusLengthRequired:        {381},
		http.StatusRequestEntityTooLarge: {229},
		http.StatusUnsupportedMediaType:  {779},
		http.StatusNotImplemented:        {48},
		http.StatusServiceUnavailable:    {76, 209, 439},
	} {
		for _, c := range codes {
			m[c] = status
		}
	}
	return m
}()
