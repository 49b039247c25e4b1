/* Rows of sessions and journeys; see table_writer.h. */
#include "snapshot/table_writer.h"

enum wend_status wend__detail_writer_row(struct wend_table_writer *writer, struct wend_bytes key,
                                         struct wend_bytes payload, struct wend_error *error) {
    struct wend_detail detail;
    if (!wend__detail_read(key, payload, &detail) || detail.scope >= writer->scope_count ||
        detail.segment_count != writer->row.segment_count) {
        return wend__fail(error, WEND_ERROR_IO,
                          "a row of table %s is damaged; run again, and check the disk of the "
                          "temporary files",
                          wend__schemas[writer->table].name);
    }
    struct wend_bytes customer = wend__customer_name(writer->namer, detail.customer);
    WEND_TRY(wend__row_values_detail(&writer->row, &detail, writer->scopes[detail.scope], customer,
                                     error));
    writer->lost_values += !wend__decimal18_fits(detail.value);
    return wend__table_writer_put(writer, error);
}
